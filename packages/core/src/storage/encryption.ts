import { fromBase64 } from '../platform/base64.js';
import { CredentialMismatchError, RecordUnreadableError } from '../errors/index.js';
import { kindOf } from '../platform/kind-of.js';
import { type Envelope, isJson, readEnvelope } from './envelope.js';
import type { RecordCodec } from './record-codec.js';

/** A key for records at rest. @group Storages */
export interface EncryptionKey {
  /** Names the key; stored readably beside what it seals. */
  readonly id: string;
  /** 32 random bytes, as bytes or in base64 or base64url. */
  readonly secret: Uint8Array | string;
}

/** Options of {@link encryption}. @group Storages */
export interface EncryptionOptions {
  /**
   * Reads records that are not encrypted, for the time in which a storage moves over; each is encrypted when it is next
   * saved. Whoever can write the storage can then put records of their own there.
   *
   * @defaultValue false
   */
  readonly readPlain?: boolean | undefined;
}

/**
 * Encrypts records at rest by AES-256-GCM. The first key seals, all keys open. A new key goes behind the old one on all
 * hosts, then in front of it; drop the old one when nothing is left that it sealed. The credential, the generation and the key's id stay readable and are
 * authenticated, so that a record cannot be moved to another credential. An older record of the same credential cannot
 * be told from a newer one.
 *
 * @throws TypeError for no key, one that is not 32 bytes or whose id is no string, or two of one id
 * @group Storages
 */
export function encryption(keys: readonly EncryptionKey[], options: EncryptionOptions = {}): RecordCodec {
  const given: readonly EncryptionKey[] = Array.isArray(keys) ? keys : [];
  const known = new Map(given.map((key) => [key.id, importKey(key.id, bytesOf(key))]));
  for (const key of known.values()) key.catch(() => undefined); // told to whoever seals or opens
  const [first] = given;
  if (!first || known.size !== given.length) throw new TypeError('encryption needs a list of keys of different ids.');
  return {
    async seal(record, context) {
      const { key, check } = await keyOf(known, first.id);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const latchkey = { version: 1, ...context, key_id: first.id, key_check: check } as const;
      const algorithm = { name: 'AES-GCM', iv, additionalData: boundTo(latchkey) };
      const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, encode(record)));
      const envelope: Envelope = { latchkey, iv: toBase64(iv), length: sealed.length, sealed: toBase64(sealed) };
      return JSON.stringify(envelope);
    },
    async open(text, { key: credential }) {
      const envelope = readEnvelope(text);
      if (!envelope) {
        if (options.readPlain) return text;
        if (!isJson(text)) throw new RecordUnreadableError(); // torn
        throw unreadable(
          'RECORD_NOT_ENCRYPTED',
          'The stored record is not encrypted.',
          'Log in again, or set readPlain.',
        );
      }
      const { latchkey, iv, length, sealed } = envelope;
      if (latchkey.key !== credential) throw new CredentialMismatchError();
      const { key, check } = await keyOf(known, latchkey.key_id);
      if (check !== latchkey.key_check) {
        throw unreadable(
          'ENCRYPTION_KEY_WRONG',
          `The key ${latchkey.key_id} is not the one that sealed the stored record.`,
        );
      }
      const bytes = readBase64(sealed);
      if (bytes.length !== length) throw unreadable('RECORD_TRUNCATED', 'The stored record is cut short.', again);
      const algorithm = { name: 'AES-GCM', iv: readBase64(iv), additionalData: boundTo(latchkey) };
      try {
        return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes));
      } catch {
        throw unreadable('RECORD_ALTERED', 'The stored record was changed, or belongs to another credential.', again);
      }
    },
  };
}

interface ImportedKey {
  readonly key: CryptoKey;
  /** Tells keys of one id apart; of a random key it reveals nothing. */
  readonly check: string;
}

const again = 'Log in again, which overwrites it, and find out who can write to the storage.';

function unreadable(code: string, message: string, remedy = 'Give the key that sealed it, or log in again.'): Error {
  return new RecordUnreadableError({ code, message, remedy });
}

async function keyOf(known: ReadonlyMap<string, Promise<ImportedKey>>, id: string): Promise<ImportedKey> {
  const key = known.get(id);
  if (!key)
    throw unreadable('ENCRYPTION_KEY_UNKNOWN', `The stored record is sealed by the key ${id}, which is not given.`);
  return key;
}

async function importKey(id: string, bytes: Uint8Array<ArrayBuffer>): Promise<ImportedKey> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array([...encode(`latchkey key ${id} `), ...bytes]));
  return { key, check: toBase64(new Uint8Array(digest).slice(0, 6)) };
}

/** Of a number, `Uint8Array` would make so many zeros. An id that is no string would not be found again in what it has sealed. */
function bytesOf({ id, secret }: Partial<EncryptionKey>): Uint8Array<ArrayBuffer> {
  const isBytes = /Uint8Array|ArrayBuffer/.test(kindOf(secret));
  const bytes = typeof secret === 'string' ? readBase64(secret) : new Uint8Array(isBytes ? (secret as Uint8Array) : []);
  if (typeof id === 'string' && bytes.length === 32) return bytes;
  throw new TypeError(`The encryption key ${String(id)} must have a string as its id, and a secret of 32 bytes.`);
}

function boundTo({ version, key, generation, key_id }: Envelope['latchkey']): Uint8Array<ArrayBuffer> {
  return encode(JSON.stringify([version, key, generation, key_id]));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}
function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
/** What is no base64 reads as cut short. */
function readBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}
