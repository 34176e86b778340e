/** The names that belong to one credential in Redis. Those of keys hash to one slot of a cluster. */
export interface RecordNames {
  /** The record: Keyv's layout, `prefix::key`. */
  readonly record: string;
  /** The lease. */
  readonly lock: string;
  /** Where changes and releases are published. */
  readonly channel: string;
}

/**
 * Names the record of `key` as Keyv would, and the lock by a hash tag that is that whole name. Braces in a key would
 * make a tag of their own, so such keys stand behind a fixed one.
 */
export function namesOf(prefix: string, key: string): RecordNames {
  const hasBraces = /[{}]/.test(key);
  const record = hasBraces ? `${prefix}::{=}${key}` : `${prefix}::${key}`;
  const tagged = hasBraces ? `{=}${record}` : `{${record}}`;
  return { record, lock: `${prefix}:lock:${tagged}`, channel: `${prefix}:events:${tagged}` };
}

/** The key of a record, from its name. */
export function keyOf(prefix: string, record: string): string {
  const key = record.slice(`${prefix}::`.length);
  return key.startsWith('{=}') ? key.slice('{=}'.length) : key;
}
