import type { RequestListener } from 'node:http';
import { answerCallback } from './callback-answer.js';
import { contentSecurityPolicy } from './callback-pages.js';

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
};

/** Waits for the one redirect of a login. */
export interface CallbackReceiver {
  /** Answers the requests of browsers. */
  readonly handle: RequestListener;
  /** The target, path and query, of the request that counts, once its answer has been sent. */
  readonly received: Promise<string>;
}

/** Makes a receiver for redirects to `path`. The first request that counts is the only one. */
export function callbackReceiver(path: string): CallbackReceiver {
  let receive: (target: string) => void;
  const received = new Promise<string>((resolve) => (receive = resolve));
  let used = false;
  return {
    received,
    handle: (request, response) => {
      const { method, url: target = '' } = request;
      const { localPort: port = 0 } = request.socket;
      const { host, 'sec-fetch-dest': destination } = request.headers;
      const seen = { method, target, host, destination: destination?.toString() };
      const { status, page, accepted } = answerCallback(seen, { path, port, used });
      if (accepted) {
        used = true;
        response.once('close', () => receive(target));
      }
      response.writeHead(status, status === 405 ? { ...headers, Allow: 'GET' } : headers).end(page);
    },
  };
}
