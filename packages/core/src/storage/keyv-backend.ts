import { randomId } from '../platform/random-id.js';
import { shared } from '../platform/process-registry.js';

/** An entry as Keyv stores it. @group Storages */
export interface KeyvEntry {
  /** What was stored. */
  value?: unknown;
}

/** What {@link KeyvTokenStorage} uses of a `Keyv` instance (keyv 5.6 or 6); any `new Keyv(…)` fits. @group Storages */
export interface KeyvBackend {
  /** The adapter behind it. */
  readonly store?: unknown;
  /** Prefix of the keys. */
  readonly namespace?: string | undefined;
  /** Whether the prefix is used; Keyv 6 has no such field. */
  readonly useKeyPrefix?: boolean;
  /** Who listens to an event. */
  listeners?(event: string): readonly unknown[] | undefined;
  /** Reads an entry; rejects when the store fails. */
  getRaw(key: string): Promise<KeyvEntry | string | null | undefined>;
  /** Writes an entry; `ttl` in ms. */
  set(key: string, value: string, ttl?: number): Promise<boolean>;
  /** Removes an entry; false when there was none, or when the store failed. */
  delete(key: string): Promise<boolean>;
}

/**
 * The name to give to Keyv for `key`. Keyv 5 gets it with its prefix, since it leaves the prefix out for keys that happen to
 * start with it, so that two keys would meet. With Keyv 6 the prefix is the store's.
 */
export function fullKey({ namespace, useKeyPrefix }: KeyvBackend, key: string): string {
  return namespace && useKeyPrefix === true ? `${namespace}:${key}` : key;
}

/** Whether this is Keyv 5, which puts a prefix before keys unless told otherwise; Keyv 6 leaves that to the store. */
export function prefixesKeys({ useKeyPrefix }: KeyvBackend): boolean {
  return useKeyPrefix !== undefined;
}

/** What was given to Keyv as its store. Keyv 6 puts one adapter for each instance around a Map and the like. */
export function storeBehind({ store }: KeyvBackend): unknown {
  const inner = isObject(store) && 'namespaceSeparator' in store && 'store' in store ? store.store : undefined;
  return isObject(inner) && 'get' in inner ? inner : store;
}

/**
 * Names the place behind a Keyv instance, for this process: the same for all instances on one store and namespace, in each
 * copy of this package. The name is random, since a count that began anew elsewhere would take two places for one.
 */
export function placeOf(keyv: KeyvBackend): string {
  const store = storeBehind(keyv);
  const place = isObject(store) ? store : keyv;
  const names = shared('keyv', () => new WeakMap<object, string>());
  const name = names.get(place) ?? randomId();
  names.set(place, name);
  return `keyv:${name}:${keyv.useKeyPrefix === false ? '' : (keyv.namespace ?? '')}`;
}

/** Whether it can be asked for members. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
