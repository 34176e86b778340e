import {
  AuthFlowError,
  CredentialMismatchError,
  RecordUnreadableError,
  StorageUnavailableError,
} from '../errors/index.js';
import { isErrorLike } from '../errors/error-causes.js';
import { scrubError } from '../errors/scrub.js';
import { kindOf } from '../platform/kind-of.js';
import { isProgramsRecord } from '../tokens/record-owner.js';
import { assertTokenSet, isOfJson, wrongKind } from '../tokens/record-kind.js';
import { TokenSet } from '../tokens/token-set.js';
import { readEnvelope } from './envelope.js';

/** Turns a record into the text that is stored, and back; for encryption at rest. @group Write your own storage */
export interface RecordCodec {
  /** Returns the text to store for `record`, the record's JSON. */
  seal(record: string, context: SealContext): Promise<string>;
  /**
   * Returns the JSON that was sealed. @throws RecordUnreadableError for what can never be opened, which a login overwrites;
   * CredentialMismatchError. A SyntaxError, and an OperationError of Web Cryptography, count as the first; all else as an outage.
   */
  open(text: string, context: Pick<SealContext, 'key'>): Promise<string>;
}

/** To what a sealed record is bound. @group Write your own storage */
export interface SealContext {
  /** The credential. */
  readonly key: string;
  /** The record's generation; 0 when it has none. */
  readonly generation: number;
}

/**
 * Reads what a storage holds under `key`: a record as an object or as JSON text, or as `codec` sealed it. A record
 * without a key of its own belongs to whoever finds it. A lifetime without a time of issue counts from `writtenAt`, in ms
 * since 1970.
 *
 * @throws RecordUnreadableError when the value is no record (`RECORD_UNREADABLE`), or sealed and there is no codec
 * (`RECORD_SEALED`): leave it where it is, it is never "nothing there". CredentialMismatchError when the record names
 * another credential. What the codec throws as an error of Latchkey. TypeError for what JSON has not, such as bytes or a promise,
 * for a key that is no string, and for a codec without `seal` and `open`.
 * @group Write your own storage
 */
export async function openRecord(
  stored: unknown,
  key: string,
  codec?: RecordCodec,
  writtenAt = Date.now(),
): Promise<TokenSet> {
  assertRecordArguments(stored, key, codec);
  const sealedFor = (codec && readEnvelope(stored)?.latchkey.key) ?? key;
  let tokens: TokenSet;
  try {
    tokens = await read(stored, sealedFor, codec, writtenAt);
  } catch (error) {
    throw sealedFor === key ? error : new CredentialMismatchError();
  }
  const owner = tokens.stamp?.key ?? sealedFor;
  if (owner !== key) throw new CredentialMismatchError({ isPrograms: isProgramsRecord(tokens) });
  return belongingTo(key, tokens);
}

/** Returns the text to store for `tokens` under `key`, sealed where there is a codec. @throws TypeError as {@link openRecord}, and for what is no `TokenSet` @group Write your own storage */
export async function sealRecord(tokens: TokenSet, key: string, codec?: RecordCodec): Promise<string> {
  assertTokenSet(tokens);
  assertRecordArguments(undefined, key, codec);
  const record = JSON.stringify(belongingTo(key, tokens));
  return codec ? codec.seal(record, { key, generation: tokens.generation ?? 0 }) : record;
}

/** For those who call without types: what would else be told as a record that cannot be read, which a login may overwrite. */
export function assertRecordArguments(stored: unknown, key: unknown, codec?: RecordCodec): void {
  if (!isOfJson(stored)) throw new TypeError(wrongKind(stored));
  if (typeof key !== 'string') throw new TypeError(`The key of a record must be a string, not ${kindOf(key)}.`);
  assertCodec(codec);
}

/** @throws TypeError for a codec that is none */
export function assertCodec(codec: Partial<RecordCodec> | undefined): void {
  if (codec && [codec.seal, codec.open].some((call) => typeof call !== 'function'))
    throw new TypeError('codec must have seal and open: give encryption(keys).');
}

async function read(stored: unknown, key: string, codec: RecordCodec | undefined, now: number): Promise<TokenSet> {
  const record = codec ? await opened(codec, stored, key) : stored;
  try {
    return TokenSet.from(record, now);
  } catch {
    throw !codec && readEnvelope(stored) ? new RecordUnreadableError(sealed) : new RecordUnreadableError();
  }
}

async function opened(codec: RecordCodec, stored: unknown, key: string): Promise<string> {
  try {
    return await codec.open(typeof stored === 'string' ? stored : JSON.stringify(stored), { key });
  } catch (error) {
    if (error instanceof AuthFlowError) throw error;
    if (isErrorLike(error) && /^(SyntaxError|OperationError)$/.test(error.name)) throw new RecordUnreadableError();
    throw new StorageUnavailableError({ message: 'codec.open failed.', cause: scrubError(error) });
  }
}

const sealed = {
  code: 'RECORD_SEALED',
  message: 'The stored record is encrypted, and this storage has no codec.',
  remedy: 'Give the storage the codec that the others have: encryption(keys). A login here overwrites the record.',
};

function belongingTo(key: string, tokens: TokenSet): TokenSet {
  return tokens.stamp?.key === key ? tokens : tokens.withStamp({ ...tokens.stamp, key });
}
