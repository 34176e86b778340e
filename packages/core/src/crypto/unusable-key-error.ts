/** A private key is no key, or cannot sign: the caller's mistake, which no further attempt mends. */
export class UnusableKeyError extends TypeError {}
