import { fullKey, type KeyvBackend, prefixesKeys } from './keyv-backend.js';

/**
 * The keys that an entry may be stored under, by its name. Keyv 5 puts one prefix before them, adapters may put another; with
 * Keyv 6 what Keyv 5 has left there is found too. Who reads the entry sees which of them it is.
 */
export function keysOf(keyv: KeyvBackend, name: string): readonly string[] {
  const { namespace } = keyv;
  const own = prefixesKeys(keyv) ? [fullKey(keyv, '')] : ['', 'keyv:', 'keyv::keyv:'];
  const prefixes = namespace && !prefixesKeys(keyv) ? [...own, `${namespace}:`, `${namespace}::`] : own;
  return prefixes.filter((prefix) => name.startsWith(prefix)).map((prefix) => name.slice(prefix.length));
}
