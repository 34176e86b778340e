import { brand } from '../errors/brand.js';

/** A private key is no key, or cannot sign: the caller's mistake, which no further attempt mends. */
export class UnusableKeyError extends TypeError {
  static readonly [brand]: string = 'UnusableKeyError';
}
