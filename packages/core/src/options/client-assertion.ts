import { expiryOfJwt } from '../crypto/jwt.js';
import type { ClientAssertionContext } from './client-authentication.js';
import type { AuthFlowOptions } from './flow-options.js';
import { isJsonObject } from '../platform/json-values.js';
import { checkSeconds } from './seconds.js';
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
  ): Promise<GivenAssertions> {
    const read = (): Promise<string> =>
      readSecret('clientAssertion.from', () => from({ ...context, now: now() }), 'token');
    return new GivenAssertions(read, now, await read());
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

/** Checks what is said of the client's assertions. @throws TypeError that names the option */
export function checkClientAssertion({ clientKey, clientAssertion = {} }: AuthFlowOptions): void {
  const { from, type, header, lifetime, keyId, algorithm } = clientAssertion;
  checkMadeAssertion(clientAssertion, 'clientAssertion.');
  if (from === undefined) {
    if (type !== undefined) throw new TypeError('clientAssertion.type goes with clientAssertion.from only.');
    return;
  }
  if (typeof from !== 'function') throw new TypeError('clientAssertion.from must be a function.');
  if (type !== undefined && (typeof type !== 'string' || type === '')) {
    throw new TypeError('clientAssertion.type must be a non-empty string.');
  }
  const unused = Object.entries({ clientKey, header, lifetime, keyId, algorithm }).find(
    ([, value]) => value !== undefined,
  );
  if (unused)
    throw new TypeError(`clientAssertion.from gives assertions that are signed already: leave out ${unused[0]}.`);
}

/** What is said of an assertion that is made here. */
interface MadeAssertion {
  readonly lifetime?: number | undefined;
  readonly header?: object | undefined;
}

/** Checks how an assertion is to be made. `of` stands before the names. @throws TypeError that names the option */
export function checkMadeAssertion({ lifetime, header = {} }: MadeAssertion, of = ''): void {
  checkSeconds(lifetime, `${of}lifetime`);
  if (lifetime === Infinity) throw new TypeError(`${of}lifetime must have an end.`); // JSON has no such number
  if (!isJsonObject(header)) throw new TypeError(`${of}header must be an object.`);
  const taken = ['alg', 'kid'].find((field) => Object.hasOwn(header, field));
  if (taken) throw new TypeError(`${of}header has a ${taken}: say it by ${taken === 'alg' ? 'algorithm' : 'keyId'}.`);
}
