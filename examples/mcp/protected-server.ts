import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

/** A call of MCP, as JSON-RPC has it. */
interface Call {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string; readonly name?: string };
}

/**
 * A small MCP server for tests, which describes itself (RFC 9728), and the authorization server that it trusts, which knows
 * the clients that have registered (RFC 7591) and no others. Its tool `whoami` says whose token it was shown; `admin` wants a
 * scope of that name; `broken` fails; there is none that is called `unknown`.
 */
export class ProtectedServer implements AsyncDisposable {
  readonly url: string;
  readonly authorization: FakeAuthorizationServer;
  /** How many clients have registered. */
  registrations = 0;
  /** How many requests were refused. */
  refusals = 0;
  readonly #origin: string;
  readonly #http: Server;

  private constructor(http: Server, authorization: FakeAuthorizationServer) {
    this.#http = http;
    this.#origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    this.url = `${this.#origin}/mcp`;
    this.authorization = authorization;
    this.forgetClients();
    http.on('request', (request, response) => {
      this.#answer(request, response).catch(() => response.destroy()); // such as what is no JSON
    });
  }

  static async start(): Promise<ProtectedServer> {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new ProtectedServer(http, await FakeAuthorizationServer.start());
  }

  forgetClients(clients: Readonly<Record<string, object>> = {}): void {
    this.authorization.configure({ clients, metadata: { registration_endpoint: `${this.#origin}/register` } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await this.authorization.stop();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const description = '/.well-known/oauth-protected-resource/mcp';
    const send = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    if (request.url === '/register') {
      const client = { client_id: `client-${++this.registrations}`, ...((await json(request)) as object) };
      this.forgetClients({ [client.client_id]: {} });
      send(201, client);
    } else if (request.url === description) {
      const { issuer } = this.authorization;
      send(200, { resource: this.url, authorization_servers: [issuer], scopes_supported: ['read'] });
    } else {
      const call = request.method === 'POST' ? ((await json(request)) as Call) : undefined;
      const query = call?.params?.name === 'admin' ? '?scope=admin' : '';
      const headers = { authorization: request.headers.authorization ?? '' };
      const owner = await fetch(`${this.authorization.api}${query}`, { headers });
      if (!owner.ok) {
        this.refusals++;
        const challenge = `${owner.headers.get('www-authenticate')}, resource_metadata="${this.#origin}${description}"`;
        send(owner.status, {}, { 'www-authenticate': challenge });
      } else if (!call)
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(); // until somebody leaves
      else if (call.id === undefined) response.writeHead(202).end();
      else send(200, { jsonrpc: '2.0', id: call.id, ...outcome(call, ((await owner.json()) as { sub: string }).sub) });
    }
  }
}

function outcome({ method, params }: Call, owner: string): object {
  const [capabilities, serverInfo] = [{ tools: {} }, { name: 'protected', version: '1' }];
  if (method === 'initialize') {
    return { result: { protocolVersion: params?.protocolVersion, capabilities, serverInfo } };
  }
  if (params?.name === 'unknown') return { error: { code: -32602, message: 'There is no such tool.' } };
  if (params?.name === 'broken') return { result: { isError: true, content: [{ type: 'text', text: 'It failed.' }] } };
  if (method === 'tools/call') return { result: { content: [{ type: 'text', text: `${params?.name} of ${owner}` }] } };
  return { error: { code: -32601, message: 'Unknown.' } };
}
