import type { Grant } from './grant.js';

/** An access token as the server remembers it. */
export interface AccessToken {
  readonly grant: Grant;
  readonly scope: string | undefined;
  /** Milliseconds since 1970. */
  endsAt: number;
}

/** The access tokens that were issued. */
export class AccessTokens {
  readonly #tokens = new Map<string, AccessToken>();

  add(value: string, token: AccessToken): void {
    this.#tokens.set(value, token);
  }

  /** Returns a token that an API may accept, `undefined` for all others. */
  findLive(value: string, now: number): AccessToken | undefined {
    const token = this.#tokens.get(value);
    return token && !token.grant.revoked && now < token.endsAt ? token : undefined;
  }

  /** Ends one token, or all. */
  expire(value?: string): void {
    for (const [name, token] of this.#tokens) if (value === undefined || value === name) token.endsAt = -Infinity;
  }
}
