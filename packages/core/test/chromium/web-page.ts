import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { bundleForBrowser } from './browser-bundle.js';
import { WebServer } from './web-server.js';

const program = "import * as latchkey from '@latchkey/core'; Object.assign(globalThis, { latchkey });";
let bundle: Promise<string> | undefined;

/** Serves a page at each path, whose script has the package as the global `latchkey`; `/echo` tells what it was sent. */
export async function servePage(): Promise<WebServer> {
  const code = await (bundle ??= bundleForBrowser(program).then((made) => made.code));
  return WebServer.start((request, response) => {
    if (request.url === '/echo') response.end(JSON.stringify(request.headers));
    else if (request.url === '/latchkey.js')
      response.setHeader('content-type', 'text/javascript; charset=utf-8').end(code);
    else
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><script src="/latchkey.js" type="module"></script>');
  });
}

/** Lets the pages of one origin, `*` for all, read what a server answers, as APIs for browsers do (CORS). */
export function allowOrigin(origin: string, target: string): Promise<WebServer> {
  return WebServer.start((request, response) => {
    response.setHeader('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') return void passOn(request, response, target);
    response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
    response.writeHead(204).end();
  });
}

async function passOn(request: IncomingMessage, response: ServerResponse, target: string): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const { authorization, 'content-type': contentType } = headers;
  const answer = await fetch(target + url, {
    method,
    redirect: 'manual',
    headers: { ...(authorization && { authorization }), ...(contentType && { 'content-type': contentType }) },
    ...(method === 'POST' && { body: await text(request) }),
  });
  for (const name of ['content-type', 'location', 'www-authenticate']) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.writeHead(answer.status).end(await answer.text());
}
