import { AuthFlowError } from '../errors/index.js';
import { loadJose } from './load-jose.js';
import { PemError, pkcs8Of } from './pem.js';
import { UnusableKeyError } from './unusable-key-error.js';

/**
 * A private key for signing: PEM text (PKCS #8, PKCS #1 or SEC1, not encrypted, with or without other things around it, line
 * ends written as `\\n` or not), a JWK (RFC 7517), a `CryptoKey`, or Node's `KeyObject`.
 *
 * @group Options
 */
export type PrivateKey = string | Readonly<Record<string, unknown>> | CryptoKey | KeyObject;

/** What Node's `KeyObject` has of it: types of Node are not everywhere. */
interface KeyObject {
  readonly type: string;
  export(options: { format: 'pem'; type: 'pkcs8' }): unknown;
}

/** WebCrypto's own name for it is not global wherever the DOM's types are left out. */
type CryptoKey = Extract<Awaited<ReturnType<typeof crypto.subtle.generateKey>>, { type: string }>;

/** A key that can sign. */
export interface SigningKey {
  readonly key: CryptoKey;
  /** How to sign with it, as the `alg` of a JWT's header (RFC 7518 section 3.1). */
  readonly algorithm: string;
  /** Names the key, as the `kid` of a JWT's header. */
  readonly keyId: string | undefined;
}

/** What the caller says of a key beside the key itself. */
export interface KeyDescription {
  readonly keyId?: string | undefined;
  readonly algorithm?: string | undefined;
}

/**
 * Reads a private key.
 *
 * @throws UnusableKeyError, which says nothing of the key, when it cannot be read or cannot sign; as `loadJose`
 */
export async function readPrivateKey(source: PrivateKey, { keyId, algorithm }: KeyDescription): Promise<SigningKey> {
  try {
    if (typeof source === 'string') return { ...(await readPem(source, algorithm)), keyId };
    if (isCryptoKey(source)) return { key: source, algorithm: algorithm ?? algorithmOf(source), keyId };
    if (isKeyObject(source)) {
      return { ...(await readPem(String(source.export({ format: 'pem', type: 'pkcs8' })), algorithm)), keyId };
    }
    return await readJwk(source, { keyId, algorithm });
  } catch (error) {
    if (error instanceof AuthFlowError) throw error; // jose could not be loaded
    // Not as the cause: it may quote the key.
    const reason = error instanceof PemError ? `: ${error.message}` : '';
    throw new UnusableKeyError(
      `The private key cannot be read${algorithm ? ` for ${algorithm}` : ''}${reason}. Give PEM text such as ` +
        '-----BEGIN PRIVATE KEY-----, a JWK with its private part, a CryptoKey that may sign, or a KeyObject.',
    );
  }
}

const candidates = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** A PEM text says what kind of key it is, but WebCrypto wants to be told. */
async function readPem(pem: string, algorithm: string | undefined): Promise<Omit<SigningKey, 'keyId'>> {
  const { importPKCS8 } = await loadJose();
  const pkcs8 = pkcs8Of(pem);
  for (const candidate of algorithm === undefined ? candidates : [algorithm]) {
    const key = await importPKCS8(pkcs8, candidate).catch(() => undefined);
    if (key) return { key, algorithm: candidate };
  }
  throw new TypeError('no key');
}

async function readJwk(jwk: Readonly<Record<string, unknown>>, description: KeyDescription): Promise<SigningKey> {
  const { importJWK } = await loadJose();
  const { kty, crv, alg, kid } = jwk as Partial<Record<string, string>>;
  const curves: Partial<Record<string, string>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
  const natural = kty === 'RSA' ? 'RS256' : (curves[crv ?? ''] ?? 'EdDSA');
  const algorithm = description.algorithm ?? alg ?? natural;
  const key = await importJWK(jwk, algorithm);
  if (!isCryptoKey(key) || key.type !== 'private') throw new TypeError('no private key');
  return { key, algorithm, keyId: description.keyId ?? kid };
}

function isKeyObject(value: object): value is KeyObject {
  return 'export' in value && typeof value.export === 'function';
}

function isCryptoKey(value: unknown): value is CryptoKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]';
}

function algorithmOf({ algorithm, type, usages }: CryptoKey): string {
  if (type !== 'private' || !usages.includes('sign')) throw new TypeError('cannot sign');
  const { name, hash, namedCurve } = algorithm as { name: string; hash?: { name: string }; namedCurve?: string };
  if (name === 'Ed25519') return 'EdDSA';
  if (name === 'ECDSA') return { 'P-256': 'ES256', 'P-384': 'ES384' }[namedCurve ?? ''] ?? 'ES512';
  return `${name === 'RSA-PSS' ? 'PS' : 'RS'}${hash?.name.replace('SHA-', '') ?? '256'}`;
}
