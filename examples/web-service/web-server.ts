import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AuthFlowError, DeviceCodeFlow, LoginRequiredError, type TokenSet, type TokenStorage } from '@latchkey/core';

/** Where the service finds its neighbours. */
export interface ServiceOptions {
  readonly issuer: string;
  /** The API that is called for each user. */
  readonly api: string;
  readonly storage: TokenStorage;
}

/**
 * A web service that calls an API for each of its users, with that user's token. All of its instances share the tokens,
 * so that a user logs in once, at whichever of them, and a token that has ended is renewed once.
 *
 * `POST /users/<name>/login` says where to approve, `GET` of the same waits for the approval, `GET /users/<name>/data`
 * calls the API. A real service takes the user from its session.
 */
export function createService({ issuer, api, storage }: ServiceOptions): Server {
  const everyone = new DeviceCodeFlow({ issuer, clientId: 'web-service', scope: 'offline_access', storage });
  const logins = new Map<string, Promise<TokenSet>>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, user = '', action] = /^\/users\/(\w+)\/(login|data)$/.exec(request.url ?? '') ?? [];
    if (user === '') {
      send(response, 404, {});
      return;
    }
    const flow = everyone.withAccount(user);
    if (request.method === 'POST' && action === 'login') {
      const { verificationUri, userCode } = await flow.requestDeviceCode();
      const login = flow.poll();
      login.catch(() => undefined); // whoever waits is told
      logins.set(user, login);
      send(response, 202, { verificationUri, userCode });
    } else if (action === 'login') {
      await logins.get(user);
      send(response, 200, { user });
    } else {
      const { status } = await callApi(flow);
      send(response, status === 200 ? 200 : 502, { user, status });
    }
  }

  async function callApi(flow: DeviceCodeFlow): Promise<Response> {
    const token = await flow.getAccessTokenRefreshIfNecessary();
    const first = await fetch(api, { headers: { authorization: `Bearer ${token}` } });
    if (first.status !== 401) return first;
    const fresh = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token });
    return fetch(api, { headers: { authorization: `Bearer ${fresh}` } });
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof LoginRequiredError) send(response, 401, { error: error.code });
      else if (error instanceof AuthFlowError) send(response, 503, { error: error.code });
      else send(response, 500, {});
    });
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
