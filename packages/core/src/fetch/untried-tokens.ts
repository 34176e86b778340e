import type { Clock } from '../platform/clock.js';

/** Milliseconds before a token that came from a renewal, and is refused too, is renewed once more. */
const pause = 30_000;

/** Credentials with such tokens, and until when: all flows of one may be gone between two requests. */
const remembered = new Map<object, number>();

const byCredential = new WeakMap<object, UntriedTokens>();

/** The untried tokens of a credential, for all its flows. */
export function untriedTokensOf(credential: object, clock: Clock): UntriedTokens {
  const untried = byCredential.get(credential) ?? new UntriedTokens(credential, clock);
  byCredential.set(credential, untried);
  return untried;
}

/**
 * Tokens renewed because an API refused the one before, which that API has not accepted yet. If it refuses these too,
 * the token is not what is wrong, and a renewal for each request would be a storm.
 */
export class UntriedTokens {
  readonly #credential: object;
  readonly #clock: Clock;
  #token: string | undefined;
  /** By origin: the path whose refusal it was renewed for, since others may take what that one never does. */
  readonly #noted = new Map<string, { readonly pathname: string; readonly until: number }>();

  constructor(credential: object, clock: Clock) {
    this.#credential = credential;
    this.#clock = clock;
  }

  add(token: string, { origin, pathname }: URL): void {
    if (token !== this.#token) this.#noted.clear();
    this.#token = token;
    const now = this.#clock.now();
    this.#noted.set(origin, { pathname, until: now + pause });
    remembered.delete(this.#credential);
    for (const [credential, until] of remembered) {
      if (until > now) break; // they stand in this order
      remembered.delete(credential);
    }
    remembered.set(this.#credential, now + pause);
  }

  /** Notes that the API at `url` did not refuse a token. */
  accept(token: string, url: string): void {
    if (token !== this.#token) return;
    const at = new URL(url);
    if (this.has(token, at) && this.#noted.get(at.origin)?.pathname !== at.pathname) return;
    this.#noted.delete(at.origin);
    if (this.#noted.size > 0) return;
    this.#token = undefined;
    remembered.delete(this.#credential);
  }

  has(token: string, { origin }: URL): boolean {
    return token === this.#token && this.#clock.now() < (this.#noted.get(origin)?.until ?? 0);
  }
}
