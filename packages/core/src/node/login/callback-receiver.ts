import type { RequestListener, ServerResponse } from 'node:http';
import process from 'node:process';
import { answerCallback } from './callback-answer.js';
import { type CallbackPage, callbackPage, contentSecurityPolicy } from './callback-pages.js';
import { isOfThisUser } from './peer-user.js';

/** How a receiver answers. */
export interface CallbackReceiverOptions {
  /** The path of the redirect URI. */
  readonly path: string;
  /** Ends the login by the request that counts, and says how it ended; without it, nobody waits for that. */
  readonly complete?: ((target: string) => Promise<CallbackPage>) | undefined;
  /** Where the login is, for whoever comes by `entry`. */
  readonly loginUrl?: (() => Promise<URL>) | undefined;
  readonly program?: string | undefined;
  /** Where the browser goes after a login that worked. */
  readonly successUrl?: string | undefined;
}

/** Waits for the one redirect of a login. */
export interface CallbackReceiver {
  /** Answers the requests of browsers. */
  readonly handle: RequestListener;
  /** A path that nobody can guess, which leads to the login once. */
  readonly entry: string;
  /** The target, path and query, of the request that counts. */
  readonly received: Promise<string>;
  /** Resolves once its answer has been sent, or cannot be. */
  readonly answered: Promise<void>;
}

/** Makes a receiver for redirects. The first request that counts is the only one. */
export function callbackReceiver(options: CallbackReceiverOptions): CallbackReceiver {
  const { path, complete, loginUrl, program, successUrl } = options;
  const headers = pageHeaders();
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const entry = `/${randomBytes(24).toString('base64url')}`;
  let receive: (target: string) => void;
  let finish: () => void;
  const received = new Promise<string>((resolve) => (receive = resolve));
  const answered = new Promise<void>((resolve) => (finish = resolve));
  let used = false;
  let entered = false;

  const end = async (response: ServerResponse, target: string, otherwise: CallbackPage): Promise<void> => {
    used = true;
    receive(target);
    const page = (await complete?.(target)) ?? otherwise;
    if (response.closed) finish();
    else response.once('close', finish);
    if (page === 'worked' && successUrl !== undefined) {
      response.writeHead(303, { ...headers, Location: successUrl }).end();
    } else {
      response.writeHead(200, headers).end(callbackPage(page, program));
    }
  };

  const handle: RequestListener = (request, response) => {
    const { method, url: target = '', socket } = request;
    const { localPort: port = 0 } = socket;
    const { host, 'sec-purpose': purpose, 'sec-fetch-dest': destination } = request.headers;
    const refuse = (status: number, page: CallbackPage): void => {
      response
        .writeHead(status, status === 405 ? { ...headers, Allow: 'GET' } : headers)
        .end(callbackPage(page, program));
    };
    const seen = { method, target, host, destination: (purpose ?? destination)?.toString() };
    const expected = { path, port, used, entry: loginUrl && { path: entry, used: entered } };
    const answer = answerCallback(seen, expected);
    if (answer.accepted === undefined) refuse(answer.status, answer.page);
    else if (answer.accepted !== 'entry') void end(response, target, answer.accepted);
    else if (!isOfThisUser(socket)) refuse(403, 'elsewhere');
    else {
      entered = true;
      void loginUrl?.().then(({ href }) => response.writeHead(303, { ...headers, Location: href }).end());
    }
  };
  return { handle, entry, received, answered };
}

function pageHeaders(): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': contentSecurityPolicy(),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    Connection: 'close',
  };
}
