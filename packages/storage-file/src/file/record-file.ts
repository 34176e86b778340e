import {
  CredentialMismatchError,
  openRecord,
  type RecordCodec,
  RecordUnreadableError,
  StorageUnavailableError,
  systemClock,
  type TokenSet,
} from '@latchkey/core';
import type { Stats } from 'node:fs';
import { isSameState } from './file-identity.js';
import { type PrivateFile, readPrivateFile } from './private-file.js';

const settling = 50;
const mostLooks = 20;

/** What was found in the place of a record. */
export interface FoundRecord {
  readonly tokens?: TokenSet;
  /** The state of a file that is no record. It is left where it is: another program may know what it is. */
  readonly torn?: Stats;
}

/**
 * Reads the record of `key` from a file; nothing when there is none. A file counts as torn only once it has stopped
 * changing: other programs may write theirs in place.
 *
 * @throws CredentialMismatchError when the record is another credential's; RecordUnreadableError when it is whole and
 * cannot be opened; StorageUnavailableError.
 */
export async function loadRecord(path: string, key: string, codec?: RecordCodec): Promise<FoundRecord> {
  let previous: PrivateFile | undefined;
  for (let look = 0; look < mostLooks; look++) {
    const file = readPrivateFile(path);
    if (file === undefined) return {};
    const tokens = await open(file, path, key, codec);
    if (tokens !== undefined) return { tokens };
    if (previous !== undefined && isSameState(previous.stats, file.stats)) return { torn: file.stats };
    previous = file;
    await systemClock.sleep(settling);
  }
  throw new StorageUnavailableError({ message: `${path}: keeps changing without ever being a token record.` });
}

/** Lifetimes in a bare token response count from when it was written, not from now. `undefined` for a torn file. */
async function open(file: PrivateFile, path: string, key: string, codec?: RecordCodec): Promise<TokenSet | undefined> {
  try {
    return await openRecord(file.text, key, codec, file.stats.mtimeMs);
  } catch (error) {
    if (error instanceof RecordUnreadableError && error.code === 'RECORD_UNREADABLE') return undefined;
    if (!(error instanceof CredentialMismatchError)) throw error;
    throw new CredentialMismatchError({
      message: `${path} holds the tokens of another client, account or authorization server.`,
      isPrograms: error.isPrograms,
    });
  }
}
