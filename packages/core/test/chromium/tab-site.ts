import { type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import { WebServer } from './web-server.js';

/** What a site is made of. */
export interface TabSiteOptions {
  /** Texts by their paths; those of scripts end in `.js`. */
  readonly files: Readonly<Record<string, string>>;
  /** The origin that answers all else, such as that of an authorization server. */
  readonly behind?: string | undefined;
  /** Is told what pages and workers report to `/at/…`, which they wait for. */
  readonly onReport?: ((report: string) => Promise<void> | void) | undefined;
}

/** Serves the pages and workers of one origin. A connection to what is behind it is cut when the page's is. */
export function serveTabs({ files, behind, onReport }: TabSiteOptions): Promise<WebServer> {
  return WebServer.start((request, response) => {
    const { url = '/' } = request;
    const [path = '/'] = url.split('?', 1);
    const text = files[path];
    if (path.startsWith('/at/')) void Promise.resolve(onReport?.(path.slice('/at/'.length))).then(() => response.end());
    else if (text !== undefined) response.setHeader('content-type', typeOf(path)).end(text);
    else if (behind !== undefined) passOn(request, response, new URL(url, behind));
    else response.writeHead(404).end();
  });
}

function typeOf(path: string): string {
  if (path.endsWith('.js')) return 'text/javascript; charset=utf-8';
  return path.endsWith('.json') ? 'application/json' : 'text/html; charset=utf-8';
}

function passOn(request: IncomingMessage, response: ServerResponse, target: URL): void {
  const { method, headers } = request;
  const passed = ask(target, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.once('error', () => response.destroy());
  response.once('close', () => passed.destroy());
  request.pipe(passed);
}
