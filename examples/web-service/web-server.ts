import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  AuthFlowError,
  AuthorizationCodeFlow,
  type AuthorizationState,
  LoginRequiredError,
  RedirectError,
  type TokenStorage,
} from '@latchkey/core';

/** Where the service finds its neighbours, and where browsers find it. */
export interface ServiceOptions {
  readonly issuer: string;
  /** The API that is called for each user. */
  readonly api: string;
  /** The service's own URL, the same for all instances. */
  readonly url: string;
  readonly storage: TokenStorage;
}

/** A login that was started, as a cookie of the browser keeps it. */
interface PendingLogin {
  readonly user: string;
  readonly state: AuthorizationState;
}

/**
 * A web service that calls an API for each of its users, with that user's token. All of its instances share the tokens,
 * so that a user logs in once, beginning at one of them and ending at another, and a token that has ended is renewed once.
 *
 * `/users/<name>/login` leads to the login and back, `/users/<name>/data` calls the API. A real service takes the user from
 * its session, and keeps the login that was started there too.
 */
export function createService({ issuer, api, url, storage }: ServiceOptions): Server {
  const redirectUri = new URL('/callback', url).href;
  const everyone = new AuthorizationCodeFlow({
    ...{ issuer, storage, redirectUri },
    clientId: 'web-service',
    scope: 'offline_access',
    allowedOrigins: [new URL(api).origin],
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const [, user = '', action] = /^\/users\/(\w+)\/(login|data)$/.exec(path) ?? [];
    if ('sec-purpose' in request.headers) {
      send(response, 503, {}); // a prefetch: not the person, whose code is good for one login
    } else if (path.startsWith('/callback?')) {
      const pending = pendingLogin(request);
      await everyone.withAccount(pending?.user ?? 'nobody').completeAuthorization(path, pending?.state);
      response.setHeader('set-cookie', 'login=; path=/callback; max-age=0');
      send(response, 200, { user: pending?.user });
    } else if (user === '') {
      send(response, 404, {});
    } else if (action === 'login') {
      const { url: page, state } = await everyone.withAccount(user).startAuthorization();
      const cookie = encodeURIComponent(JSON.stringify({ user, state } satisfies PendingLogin));
      const secure = redirectUri.startsWith('https:') ? '; secure' : '';
      response.setHeader('set-cookie', `login=${cookie}; path=/callback; httponly; samesite=lax; max-age=600${secure}`);
      response.writeHead(303, { location: page }).end();
    } else {
      const { status, body } = await everyone.withAccount(user).fetch(api);
      await body?.cancel(); // else it may keep its connection
      send(response, status === 200 ? 200 : 502, { user, status });
    }
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof LoginRequiredError) send(response, 401, { error: error.code });
      else if (error instanceof AuthFlowError) send(response, statusOf(error), { error: error.code });
      else send(response, 500, {});
    });
  });
}

/** A login that failed is the browser's matter; all else is between this service and the authorization server. */
function statusOf(error: AuthFlowError): number {
  if (error instanceof RedirectError || error.code === 'INVALID_GRANT') return 400;
  return error.retryable ? 503 : 502;
}

function pendingLogin({ headers }: IncomingMessage): PendingLogin | undefined {
  const cookie = /(?:^|; )login=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  return cookie === undefined ? undefined : (JSON.parse(decodeURIComponent(cookie)) as PendingLogin);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
