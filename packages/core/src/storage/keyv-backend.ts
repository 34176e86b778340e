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

/** Milliseconds. memcached takes more than 30 days for a time since 1970, and forgets the entry at once. */
export const longestTtl = 30 * 86_400_000;

interface ErrorEmitter {
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface Reports {
  count: number;
  last: unknown;
}

const reportsOf = new WeakMap<object, Reports>();

/**
 * Runs an operation, and rejects when the adapter reported an error meanwhile. Adapters such as `@keyv/redis` emit
 * `error` instead of throwing, after which `get` looks empty and `set` looks done.
 */
export async function rejectingOnReports<T>(keyv: KeyvBackend, operation: () => Promise<T>): Promise<T> {
  // Keyv 6 rejects by itself as long as nobody listens to it, and the application may count on that.
  const rejects = !prefixesKeys(keyv) && keyv.listeners?.('error')?.length === 0;
  const sources = (rejects ? [keyv.store] : [keyv, keyv.store]).map((source) => watch(source));
  const before = sources.map(({ count }) => count);
  const result = await operation();
  const report = sources.find(({ count }, index) => count !== before[index]);
  if (report) throw report.last;
  return result;
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

/** Listens for `error`, once. That changes nothing: Keyv 5 never throws for want of a listener, and stores have one. */
function watch(source: unknown): Readonly<Reports> {
  if (!emits(source)) return { count: 0, last: undefined };
  const known = reportsOf.get(source);
  if (known) return known;
  const reports: Reports = { count: 0, last: undefined };
  source.on('error', (error: unknown) => {
    reports.count++;
    reports.last = error;
  });
  reportsOf.set(source, reports);
  return reports;
}

function emits(source: unknown): source is ErrorEmitter {
  return isObject(source) && 'on' in source && typeof source.on === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
