import { once } from 'node:events';
import { createServer, get } from 'node:http';

/**
 * A place on loopback at which a server answers. After `loseAnswer(path)`, the next request to that path is carried out
 * by the server, and its connection is cut instead of answered.
 */
export class Site {
  /** What answers here: a listener of node:http. */
  answer = (_request, response) => response.writeHead(404).end();
  #lost;
  #http = createServer((request, response) => {
    const { pathname } = new URL(request.url, this.origin);
    if (pathname === this.#lost) {
      this.#lost = undefined;
      cutInsteadOfAnswering(response);
    }
    return this.answer(request, response);
  });

  static async open() {
    const site = new Site();
    site.#http.listen(0, '127.0.0.1');
    await once(site.#http, 'listening');
    site.origin = `http://127.0.0.1:${site.#http.address().port}`;
    return site;
  }

  loseAnswer(path) {
    this.#lost = path;
  }

  async close() {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}

/** The server is done when it ends its answer; of that not a byte is sent. */
function cutInsteadOfAnswering(response) {
  response.write = () => true;
  response.end = () => response.destroy();
}

/** Opens a URL as a browser that keeps cookies would, until it is sent to `redirectUri`. */
export async function browse(url, redirectUri, cookies = new Map()) {
  let next = new URL(url);
  while (!next.href.startsWith(redirectUri)) {
    // Not by fetch, whose requests are marked as a script's (`sec-fetch-mode`) and may be answered otherwise.
    const [answer] = await once(
      get(next, { headers: { accept: 'text/html', cookie: cookieHeader(cookies) } }),
      'response',
    );
    answer.resume();
    keepCookies(answer.headers['set-cookie'] ?? [], cookies);
    const { location } = answer.headers;
    if (location === undefined) throw new Error(`No redirect from ${next}, but ${answer.statusCode}.`);
    next = new URL(location, next);
  }
  return next.href;
}

export function keepCookies(lines, cookies) {
  for (const line of lines) {
    const [pair] = line.split(';');
    cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
}

export function cookieHeader(cookies) {
  return [...cookies].map((pair) => pair.join('=')).join('; ');
}
