import { isObject, type KeyvBackend, prefixesKeys } from './keyv-backend.js';

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
