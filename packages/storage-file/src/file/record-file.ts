import {
  CredentialMismatchError,
  type RecordCodec,
  StorageUnavailableError,
  systemClock,
  TokenSet,
} from '@latchkey/core';
import { setAside } from './corrupt-file.js';
import { isSameState } from './file-identity.js';
import { type PrivateFile, readPrivateFile } from './private-file.js';

const settling = 50;
const mostLooks = 20;

/** What was found in the place of a record. */
export interface FoundRecord {
  readonly tokens?: TokenSet;
  /** Whether what was there was no record, and was moved aside. */
  readonly wasTorn?: true;
}

/**
 * Reads the record of `key` from a file; nothing when there is none. A file that is no record is moved aside, but only
 * once it has stopped changing: other programs may write theirs in place.
 *
 * @throws CredentialMismatchError when the record is another credential's; StorageUnavailableError; what the codec
 * throws.
 */
export async function loadRecord(path: string, key: string, codec?: RecordCodec): Promise<FoundRecord> {
  let previous: PrivateFile | undefined;
  for (let look = 0; look < mostLooks; look++) {
    const file = readPrivateFile(path);
    if (file === undefined) return {};
    const tokens = await parse(file, key, codec);
    if (tokens !== undefined) return { tokens: belongingTo(key, tokens, path) };
    if (previous !== undefined && isSameState(previous.stats, file.stats)) {
      if (setAside(path, file.stats)) return { wasTorn: true };
    }
    previous = file;
    await systemClock.sleep(settling);
  }
  throw new StorageUnavailableError({ message: `${path}: keeps changing without ever being a token record.` });
}

/** Writes a record as text, with the credential that it belongs to. */
export async function formatRecord(key: string, tokens: TokenSet, codec?: RecordCodec): Promise<string> {
  const record = JSON.stringify(stampKey(key, tokens));
  return `${codec ? await codec.seal(record, { key, generation: tokens.generation ?? 0 }) : record}\n`;
}

/** Lifetimes in a bare token response count from when it was written, not from now. `undefined` for a torn file. */
async function parse({ text, stats }: PrivateFile, key: string, codec?: RecordCodec): Promise<TokenSet | undefined> {
  const record = codec && isJson(text) ? await codec.open(text, { key }) : text;
  try {
    return TokenSet.from(record, stats.mtimeMs);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function belongingTo(key: string, tokens: TokenSet, path: string): TokenSet {
  const owner = tokens.stamp?.key;
  if (owner === key) return tokens;
  if (owner === undefined) return stampKey(key, tokens);
  throw new CredentialMismatchError({
    message: `${path} holds the tokens of another client, account or authorization server.`,
  });
}

function stampKey(key: string, tokens: TokenSet): TokenSet {
  return tokens.withStamp({ ...tokens.stamp, key });
}
