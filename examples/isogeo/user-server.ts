import {
  AuthFlowError,
  type AuthorizationCodeFlow,
  LoginRequiredError,
  RedirectError,
  RevocationFailedError,
} from '@latchkey/core';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { IsogeoApi } from './isogeo-api.js';
import type { PendingLogins } from './pending-logins.js';
import { Session } from './session.js';

/** What the service is made of. The processes of one service share the logins, and the storage of the flow. */
export interface UserServerOptions {
  readonly flow: AuthorizationCodeFlow;
  readonly logins: PendingLogins;
  /** The API that is called for each user. */
  readonly api: string;
}

/**
 * A web service whose users log in with Isogeo. `/login` sends the browser there, `/login/callback` is where it comes
 * back to, `/me` calls the API as the user, and `/logout` ends the session. Any process can answer any of them.
 */
export function createUserServer({ flow: everyone, logins, api }: UserServerOptions): Server {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method } = request;
    const session = Session.of(request);
    const flow = everyone.withAccount(session.account);
    const [path] = url.split('?');
    if ('sec-purpose' in request.headers) {
      send(response, 503, {}); // a prefetch: not the person, whose login ends once
    } else if (method === 'GET' && path === '/login') {
      const fresh = Session.begin();
      const login = await everyone.startAuthorization();
      logins.keep(fresh.account, login.state);
      response.writeHead(302, { location: login.url, 'set-cookie': fresh.cookie }).end();
    } else if (method === 'GET' && path === '/login/callback') {
      const fresh = Session.begin(); // whoever began the login may have planted its cookie here, and does not know this one
      await everyone.withAccount(fresh.account).completeAuthorization(url, logins.take(session.account));
      response.writeHead(302, { location: '/me', 'set-cookie': fresh.cookie }).end();
    } else if (method === 'GET' && path === '/me') {
      send(response, 200, await new IsogeoApi(flow, api).account());
    } else if (method === 'POST' && path === '/logout') {
      await flow.logout().catch((error: unknown) => {
        if (!(error instanceof RevocationFailedError)) throw error; // logged out here all the same
      });
      response.writeHead(204, { 'set-cookie': Session.noCookie }).end();
    } else {
      send(response, 404, {});
    }
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof LoginRequiredError) response.writeHead(302, { location: '/login' }).end();
      else if (error instanceof AuthFlowError) send(response, statusOf(error), tell(error));
      else send(response, 500, {});
    });
  });
}

/** A login that failed is the browser's matter; all else is between this service and Isogeo. */
function statusOf(error: AuthFlowError): number {
  if (error instanceof RedirectError || error.code === 'INVALID_GRANT') return 400;
  return error.retryable ? 503 : 502;
}

/** Other messages are for whoever runs this: they name files and addresses of the service. */
function tell(error: AuthFlowError): object {
  const { name, code, message, remedy } = error;
  return error instanceof RedirectError ? { name, code, message, remedy } : { name, code };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
