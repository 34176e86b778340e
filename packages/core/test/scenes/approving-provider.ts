import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientMetadata, Configuration, Provider } from 'oidc-provider';

/** A request to the provider's token or authorization endpoints. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly status: number;
}

/**
 * A real authorization server, oidc-provider on loopback, at which `ada` logs in and approves at once; with its feature
 * `devInteractions`, it shows its own pages for both instead.
 */
export class ApprovingProvider implements AsyncDisposable {
  readonly issuer: string;
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  readonly #provider: Provider;

  private constructor(server: Server, provider: Provider, showsPages: boolean) {
    this.#server = server;
    this.#provider = provider;
    this.issuer = provider.issuer;
    const answer = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      response.once('finish', () => this.seen.push({ path, headers: request.headers, status: response.statusCode }));
      if (path.startsWith('/interaction/') && !showsPages) void this.#approve(request, response);
      else void answer(request, response);
    });
  }

  static async start(client: ClientMetadata, configuration: Configuration = {}): Promise<ApprovingProvider> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { Provider } = await import('oidc-provider');
    const { features, ...others } = configuration;
    return new ApprovingProvider(
      server,
      new Provider(issuer, {
        clients: [client],
        cookies: { keys: ['test'] },
        features: { devInteractions: { enabled: false }, ...features },
        findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
        interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
        rotateRefreshToken: true,
        ...others,
      }),
      features?.devInteractions?.enabled ?? false,
    );
  }

  /** Logs in and approves, as a browser that keeps cookies would see it; returns where the server sends it. */
  async visit(url: string | URL): Promise<string> {
    let next = new URL(url);
    const cookies = new Map<string, string>();
    while (next.origin === this.issuer) {
      const answer = await fetch(next, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`No redirect, but status ${answer.status}: ${await answer.text()}`);
      next = new URL(location, next);
    }
    return next.href;
  }

  async #approve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await this.#provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      await this.#provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
      return;
    }
    const grant = new this.#provider.Grant({
      accountId: session?.accountId ?? 'ada',
      clientId: String(params['client_id']),
    });
    grant.addOIDCScope(String(params['scope']));
    await this.#provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
