import type { IncomingMessage, Server } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { fingerprint } from './fingerprint.js';

/** What programs ask a server for; the rest is pages for a person's browser. */
const forPrograms = /^\/(\.well-known\/|jwks$|device\/auth$|token(\/|$)|me$)/;

/** What reached the embedded server, in its own words. */
export class ServerLedger {
  /** All requests that a program makes: discovery, keys, device codes, tokens. */
  requests = 0;
  /** Token requests with `grant_type=refresh_token`, granted or refused. */
  renewals = 0;
  /** Renewals that presented a refresh token for another time. */
  reuses = 0;
  /** Names the refresh token that was issued last. */
  newestRefreshToken = fingerprint(undefined);
  readonly #presented = new Set<string>();

  constructor(server: Server, provider: Provider) {
    server.on('request', ({ url = '' }: IncomingMessage) => {
      if (forPrograms.test(url.replace(/\?.*/, ''))) this.requests++;
    });
    provider.on('grant.error', (ctx) => this.#noteRenewal(ctx));
    provider.on('grant.success', (ctx) => {
      this.#noteRenewal(ctx);
      const { refresh_token: issued } = ctx.body as { refresh_token?: string };
      if (issued !== undefined) this.newestRefreshToken = fingerprint(issued);
    });
  }

  #noteRenewal({ oidc }: KoaContextWithOIDC): void {
    const { grant_type, refresh_token } = oidc.params ?? {};
    if (grant_type !== 'refresh_token') return;
    const presented = fingerprint(String(refresh_token));
    this.renewals++;
    if (this.#presented.has(presented)) this.reuses++;
    this.#presented.add(presented);
  }
}
