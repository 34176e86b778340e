import { type KeyvBackend, storeBehind } from './keyv-backend.js';

/** What is used of a store whose entries can be gone through. */
interface ListableStore {
  /** The names in a Map, and in what is like one. */
  keys?(): Iterable<unknown>;
  /** The names, or the names with the values, in an adapter of Keyv. */
  iterator?(namespace?: string): AsyncIterable<unknown>;
}

/**
 * Goes through the names in the store behind Keyv; `undefined` where the store has no way to. Keyv's own iterator ends at the
 * first value of somebody else's that it cannot read.
 */
export function namesIn(keyv: KeyvBackend): AsyncIterator<string> | undefined {
  const store = (storeBehind(keyv) ?? {}) as ListableStore;
  const isMap = Symbol.iterator in store && typeof store.keys === 'function';
  if (!isMap && typeof store.iterator !== 'function') return undefined;
  return texts(isMap ? [...(store.keys?.() ?? [])] : (store.iterator?.(keyv.namespace) ?? []));
}

async function* texts(entries: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  for await (const entry of entries) {
    const name: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (typeof name === 'string') yield name;
  }
}
