import { kindOf } from '../platform/kind-of.js';

/** Tells whether JSON has a value of this kind. Another, such as bytes, is a mistake of the program and says nothing of what is stored. */
export function isOfJson(value: unknown): boolean {
  return /^(Object|Array|String|Number|BigInt|Boolean|Null|Undefined)$/.test(kindOf(value));
}

/** Says what is wrong with a value that cannot be a record. */
export function wrongKind(value: unknown): string {
  return `A record must be an object or JSON text, not ${kindOf(value)}: decode bytes, await promises.`;
}

/** @throws TypeError for anything but a `TokenSet`, of any copy of this package */
export function assertTokenSet(tokens: unknown): void {
  if (typeof (tokens as { withStamp?: unknown } | null | undefined)?.withStamp === 'function') return;
  throw new TypeError(`The tokens must be a TokenSet, not ${kindOf(tokens)}.`);
}
