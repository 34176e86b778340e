import type { AuthorizeContext } from '../renewal/authorize-context.js';
import type { Grant } from '../renewal/grant.js';
import type { AuthorizationServer } from '../server/authorization-server.js';
import type { OAuthClient } from '../server/oauth-client.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What a renewal asks of a flow: members that are protected. */
export interface GrantingFlow {
  readonly interactive: boolean;
  readonly needsServer: boolean;
  readonly server: AuthorizationServer;
  readSources(): Promise<unknown>;
  authorize(context: AuthorizeContext): Promise<TokenSet>;
}

/** The clients that flows work with while `authorize` is part of a renewal. */
export const preparedClients = new WeakMap<object, OAuthClient>();

/** The grant of a flow, as its renewals see it; an object of functions would take much memory while many wait. */
export class FlowGrant implements Grant {
  readonly #flow: GrantingFlow;

  constructor(flow: GrantingFlow) {
    this.#flow = flow;
  }

  get interactive(): boolean {
    return this.#flow.interactive;
  }

  async prepare(): Promise<OAuthClient | undefined> {
    return this.#flow.needsServer ? this.#flow.server.prepareRenewal() : undefined;
  }

  readSources(): Promise<unknown> {
    return this.#flow.readSources();
  }

  async authorize(context: AuthorizeContext, client: OAuthClient | undefined): Promise<TokenSet> {
    if (client) preparedClients.set(this.#flow, client);
    try {
      return await this.#flow.authorize(context);
    } finally {
      preparedClients.delete(this.#flow);
    }
  }
}
