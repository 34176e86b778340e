import { type KeyvBackend, type KeyvEntry, prefixesKeys, storeBehind } from './keyv-backend.js';

/** What is used of the store behind Keyv 6. */
interface OldStore {
  get(name: string): unknown;
  delete(name: string): unknown;
}

/**
 * Reads the record that Keyv 5 left under `key` in the store that Keyv 6 now uses: Keyv 5 put `keyv:` before keys where
 * no namespace was given, and text into a Map, so that Keyv 6 looks elsewhere. Only JSON is read, as Keyv 5 writes it
 * unless told otherwise.
 */
export async function readKeyv5Record(keyv: KeyvBackend, key: string): Promise<KeyvEntry | undefined> {
  const store = oldStore(keyv);
  // Without any prefix it stands under the key itself, where Keyv 6 takes the text of a Map for nothing.
  const names = keyv.namespace ? namesOf(keyv, key) : [...namesOf(keyv, key), key];
  for (const name of store ? names : []) {
    const found = await store?.get(name);
    if (typeof found === 'string') return JSON.parse(found) as KeyvEntry;
  }
  return undefined;
}

/** Removes that record, so that it is not found again once the one that followed it is gone. */
export async function removeKeyv5Record(keyv: KeyvBackend, key: string): Promise<void> {
  const store = oldStore(keyv);
  for (const name of store ? namesOf(keyv, key) : []) {
    if (typeof (await store?.get(name)) === 'string') await store?.delete(name);
  }
}

/** An adapter such as that of Redis puts the namespace before the name once more. */
function namesOf({ namespace }: KeyvBackend, key: string): string[] {
  return namespace ? [`${namespace}:${key}`] : [`keyv:${key}`, `keyv::keyv:${key}`];
}

function oldStore(keyv: KeyvBackend): OldStore | undefined {
  return prefixesKeys(keyv) ? undefined : (storeBehind(keyv) as OldStore);
}
