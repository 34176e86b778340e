import { lazyPart } from '../platform/lazy-part.js';
import { assertRecordArguments, type RecordCodec } from './record-codec.js';
import type { StoredLogin } from './stored-login.js';

/** What lists logins, loaded when somebody does. */
const loadStoredLogin = lazyPart(() => import('./stored-login.js'));

/**
 * Reads for `list` of a storage what is stored under `key`, or in a place that does not name it: then the record says whose it
 * is. Of a record that is sealed, and cannot be opened here, the credential and its account are known. A lifetime without a
 * time of issue counts from `writtenAt`, in ms since 1970.
 *
 * @returns `undefined` for what is no login: other data, a torn record, another credential's, a registered client
 * @throws TypeError for arguments of another kind, as `openRecord`; what the codec throws, but for a record that it cannot open
 * @group Write your own storage
 */
export async function readLogin(
  stored: unknown,
  key: string | undefined,
  codec?: RecordCodec,
  writtenAt?: number,
): Promise<StoredLogin | undefined> {
  assertRecordArguments(stored, key ?? '', codec);
  return (await loadStoredLogin()).readStoredLogin(stored, key, codec, writtenAt);
}
