import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientMetadata, Configuration, Provider } from 'oidc-provider';
import { configureProvider, deviceClient } from './provider-configuration.js';
import { ServerLedger } from './server-ledger.js';

/** A real authorization server, oidc-provider, in this process and on loopback only. */
export class IdentityProvider implements AsyncDisposable {
  readonly clientId: string;
  readonly issuer: string;
  readonly ledger: ServerLedger;
  readonly provider: Provider;
  readonly #server: Server;

  private constructor(server: Server, provider: Provider, clientId: string) {
    this.clientId = clientId;
    this.issuer = provider.issuer;
    this.provider = provider;
    this.#server = server;
    this.ledger = new ServerLedger(server, provider);
    provider.use(async (ctx, next) => {
      await next();
      // Answers without `interval` are polled every 5 seconds (RFC 8628 section 3.2); nobody has to wait so long here.
      if (ctx.path === '/device/auth') Object.assign(ctx.body as object, { interval: 1 });
    });
    const answer = provider.callback();
    server.on('request', (request, response) => void answer(request, response));
  }

  /** Starts a server on a free port of 127.0.0.1, for one client: a command-line program, unless it is told. */
  static async start(client = deviceClient, changes: Configuration = {}): Promise<IdentityProvider> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = await withoutAdvice(() => createProvider(issuer, client, changes));
    return new IdentityProvider(server, provider, client.client_id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function createProvider(issuer: string, client: ClientMetadata, changes: Configuration): Promise<Provider> {
  const { Provider } = await import('oidc-provider');
  return new Provider(issuer, { ...configureProvider(client), ...changes });
}

/**
 * While it is loaded and set up, oidc-provider tells what has to change before production: the Node release, tokens in
 * memory, its own pages for login and consent. All true, but here, where it lives for a minute, only noise; so its
 * warnings are dropped for so long. Everything else is printed.
 */
async function withoutAdvice<T>(setUp: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...line: unknown[]) => {
    if (!String(line[0]).includes('oidc-provider WARNING: ')) warn(...line);
  };
  try {
    return await setUp();
  } finally {
    console.warn = warn;
  }
}
