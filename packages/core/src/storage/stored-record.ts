import { AuthFlowError, CredentialMismatchError, RecordUnreadableError } from '../errors/index.js';
import type { RecordCodec } from './record-codec.js';
import { TokenSet } from '../tokens/token-set.js';

/**
 * Reads what a storage holds under `key`: a record as an object or as JSON text, or as the codec sealed it. A record
 * without a key of its own belongs to whoever finds it.
 *
 * @throws RecordUnreadableError when the value is no record: it is never taken for "nothing there".
 * CredentialMismatchError when the record names another credential.
 */
export async function openRecord(stored: unknown, key: string, codec: RecordCodec | undefined): Promise<TokenSet> {
  const tokens = await parse(stored, key, codec);
  const owner = tokens.stamp?.key;
  if (owner !== undefined && owner !== key) throw new CredentialMismatchError();
  return tokens;
}

/** Returns the text to store for `tokens`. */
export async function sealRecord(tokens: TokenSet, key: string, codec: RecordCodec | undefined): Promise<string> {
  const record = JSON.stringify(tokens);
  return codec ? codec.seal(record, { key, generation: tokens.generation ?? 0 }) : record;
}

async function parse(stored: unknown, key: string, codec: RecordCodec | undefined): Promise<TokenSet> {
  try {
    if (!codec) return TokenSet.from(stored);
    return TokenSet.from(await codec.open(typeof stored === 'string' ? stored : JSON.stringify(stored), { key }));
  } catch (error) {
    throw error instanceof AuthFlowError ? error : new RecordUnreadableError();
  }
}
