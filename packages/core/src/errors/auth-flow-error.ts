import { brand, isBranded } from './brand.js';

/** What a class of errors says unless a case says otherwise. @group Errors */
export interface ErrorDefaults {
  /** Stable name of the case. */
  readonly code: string;
  /** What happened, and what it means. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  /** @defaultValue false */
  readonly retryable?: boolean;
}

/**
 * {@link ErrorDefaults}, or a function that makes them of what is known of a case.
 *
 * @typeParam Details - what the constructor is given
 * @group Errors
 */
export type DefaultsFor<Details> = ErrorDefaults | ((details: Details) => ErrorDefaults);

/** What an error is made from; stands in for what its class says. `cause` must already be free of secrets. @group Errors */
export interface ErrorDetails extends Partial<ErrorDefaults> {
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * Base of all errors of Latchkey. The caller's own mistakes are `TypeError`s.
 *
 * `instanceof` knows the errors of each copy of this package, of any version: one within an SDK, a bundle, another realm.
 * A class of your own is known by its own instances alone.
 *
 * @group Errors
 */
export abstract class AuthFlowError extends Error {
  /** @internal */
  static readonly [brand]: string = 'AuthFlowError';

  /** @internal What `instanceof` asks. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (Object.hasOwn(this, brand)) return isBranded(value, this[brand]);
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** What the class says unless a case says otherwise; a class of your own has its own. */
  static readonly defaults: DefaultsFor<never> = {
    code: 'AUTH_FLOW_ERROR',
    message: 'There is no token to be had.',
    remedy: 'Look at the class of the error, and at its cause.',
  };

  /** Stable name of the case; each has a heading in `docs/errors.md`. */
  readonly code: string;
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly retryable: boolean;
  /** What to do about it. */
  readonly remedy: string;

  /** `said` counts before `defaults` of the class, and of two that say something the last one. */
  constructor(...said: readonly (ErrorDetails | undefined)[]) {
    const { defaults } = new.target;
    const known = typeof defaults === 'function' ? defaults(layered(said) as never) : defaults;
    const { message, cause, code, retryable, remedy } = layered<ErrorDetails>([known, ...said]);
    super(message, cause === undefined ? undefined : { cause });
    // A minifier renames classes, but not what is written in them; a class of somebody else's has its own name alone.
    this.name = Object.hasOwn(new.target, brand) ? new.target[brand] : new.target.name;
    this.code = code ?? '';
    this.retryable = retryable ?? false;
    this.remedy = remedy ?? '';
  }
}

/** Puts objects on top of each other; what is `undefined` hides nothing. */
export function layered<T extends object>(layers: readonly (T | undefined)[]): Partial<T> {
  const entries = layers.flatMap((layer) => Object.entries(layer ?? {}));
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<T>;
}
