import type { Clock } from '../platform/clock.js';

/** Milliseconds before a token that came from a renewal, and is refused too, is renewed once more. */
const pause = 30_000;

/**
 * Tokens renewed because an API refused the one before, which that API has not accepted yet. If it refuses these too,
 * the token is not what is wrong, and a renewal for each request would be a storm.
 */
export class UntriedTokens {
  readonly #clock: Clock;
  #token: string | undefined;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(token: string, origin: string): void {
    if (token !== this.#token) this.#until.clear();
    this.#token = token;
    this.#until.set(origin, this.#clock.now() + pause);
  }

  /** Notes that the API at `url` did not refuse a token. */
  accept(token: string, url: string): void {
    if (token !== this.#token) return;
    this.#until.delete(new URL(url).origin);
    if (this.#until.size === 0) this.#token = undefined;
  }

  has(token: string, origin: string): boolean {
    return token === this.#token && this.#clock.now() < (this.#until.get(origin) ?? 0);
  }
}
