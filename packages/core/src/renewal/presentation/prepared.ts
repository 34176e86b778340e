import type { OAuthClient } from '../../server/oauth-client.js';
import type { ShapedRequest } from '../../server/shaped-request.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { Grant } from '../grant.js';
import type { Presentation } from './presentation.js';

/** What was done before the lock, since it may fail or call the application's code. */
export interface Prepared {
  readonly client: OAuthClient | undefined;
  /** What presents the refresh token that was stored then, if the application's code has a say in it. */
  readonly request: ShapedRequest | undefined;
  /** Why a new grant is asked for, if one is, and what it is made of. */
  readonly refusal: Error | undefined;
  readonly sources: unknown;
}

/** Prepares to redeem the refresh token of `tokens`, or to ask for a new grant. */
export async function prepare(
  grant: Grant,
  presentation: Presentation,
  { tokens, refusal }: { readonly tokens: TokenSet | undefined } & Pick<Prepared, 'refusal'>,
): Promise<Prepared> {
  const client = await grant.prepare();
  const request = client && tokens && !refusal ? presentation.shapeBefore(tokens, client) : undefined;
  return { client, request, refusal, sources: refusal && (await grant.readSources()) };
}
