import type { OAuthClient } from '../server/oauth-client.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { AuthorizeContext } from './authorize-context.js';

/** What a renewal asks of its flow. */
export interface Grant {
  /** Whether `authorize` needs a person. */
  readonly interactive: boolean;
  /** Does all that can fail before a request is sent; `undefined` for a flow without a server. */
  prepare(): Promise<OAuthClient | undefined>;
  /** Reads what a new grant is made of and the application's code gives: a password, an assertion, a subject token. */
  readSources(): Promise<unknown>;
  /** Obtains new tokens with the client that was prepared. */
  authorize(context: AuthorizeContext, client: OAuthClient | undefined): Promise<TokenSet>;
}
