import { expiryOfJwt } from '../crypto/jwt.js';
import type { ClientAssertionContext } from './client-authentication.js';
import { readSecret } from './secret-source.js';

/** Assertions that are made elsewhere, one for each request; none is kept. */
export class GivenAssertions {
  readonly #read: () => Promise<string>;
  readonly #now: () => number;
  #ahead: string | undefined;

  private constructor(read: () => Promise<string>, now: () => number, ahead: string) {
    this.#read = read;
    this.#now = now;
    this.#ahead = ahead;
  }

  /** Reads the first ahead of its request: that may fail or take its time. @throws as {@link readSecret} */
  static async begin(
    from: (context: ClientAssertionContext) => string | Promise<string>,
    context: Omit<ClientAssertionContext, 'now'>,
    now: () => number,
    signal?: AbortSignal,
  ): Promise<GivenAssertions> {
    const read = (signal?: AbortSignal): Promise<string> =>
      readSecret('clientAssertion.from', () => from({ ...context, now: now() }), 'token', signal);
    return new GivenAssertions(read, now, await read(signal));
  }

  /** Returns the assertion for a request: the one that was read ahead, while it is good, or another. */
  async next(): Promise<string> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const expiry = ahead === undefined ? undefined : expiryOfJwt(ahead);
    const isOver = expiry !== undefined && expiry * 1000 <= this.#now();
    return ahead === undefined || isOver ? this.#read() : ahead;
  }
}
