import type { AuthFlowOptions } from './flow-options.js';
import { isJsonObject } from '../platform/json-values.js';
import { checkSeconds } from './seconds.js';

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
