import { FakeAuthorizationServer, type FakeAuthorizationServerOptions } from '@latchkey/core/testing';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the fake server has what Isogeo has at these paths. */
const places: Readonly<Record<string, string>> = {
  '/oauth/token': '/token',
  '/oauth/authorize': '/authorize',
  '/shares': '/api/shares',
  '/account': '/api/account',
};

/** What the API holds, for whoever has a token. */
const holdings: Readonly<Record<string, unknown>> = {
  '/shares': [
    { _id: '1a2b', name: 'Coast and sea' },
    { _id: '3c4d', name: 'Roads' },
  ],
  '/account': { contact: { name: 'Ada' } },
};

/** What looks like Isogeo to its clients, on 127.0.0.1: authorization server and API, with a ledger of all requests. */
export class IsogeoTwin implements AsyncDisposable {
  /** The server behind it. Everybody who is sent to log in approves at once. */
  readonly fake: FakeAuthorizationServer;
  /** Where both are, without a slash at the end. */
  readonly url: string;
  readonly #server: Server;

  private constructor(fake: FakeAuthorizationServer, server: Server) {
    this.fake = fake;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(options: FakeAuthorizationServerOptions = {}): Promise<IsogeoTwin> {
    const fake = await FakeAuthorizationServer.start({ expiresIn: 3599, ...options });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new IsogeoTwin(fake, server);
  }

  /** The entries of a credentials file for this server. */
  credentials(clientId: string, clientSecret: string): Record<string, string> {
    const [auth_uri, token_uri] = [`${this.url}/oauth/authorize`, `${this.url}/oauth/token`];
    return { client_id: clientId, client_secret: clientSecret, auth_uri, token_uri };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.fake.stop()]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(`${this.url}${request.url ?? '/'}`);
    const chunks = (await request.toArray()) as Buffer[];
    const { authorization, 'content-type': type } = request.headers;
    const answer = await fetch(this.fake.issuer + (places[pathname] ?? '/unknown') + search, {
      method: request.method ?? 'GET',
      headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
      body: chunks.length > 0 ? Buffer.concat(chunks) : null,
      redirect: 'manual',
    }).catch(() => undefined);
    if (!answer) return void response.destroy();
    const text = await answer.text();
    const headers = [...answer.headers].filter(([name]) => /^(content-type|location|www-authenticate)$/.test(name));
    response.writeHead(answer.status, Object.fromEntries(headers));
    response.end(answer.ok && pathname in holdings ? JSON.stringify(holdings[pathname]) : text);
  }
}
