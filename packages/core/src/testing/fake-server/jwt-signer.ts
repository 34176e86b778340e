import { createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

/** One key for all servers of a process, made when first needed: making one takes a tenth of a second and more. */
let key: Promise<KeyObject> | undefined;

/** Makes JWTs. */
export class JwtSigner {
  /** Returns a JWT of `claims`, signed by RS256, or with `alg: none` and no signature. */
  async sign(claims: object, algorithm: 'RS256' | 'none' = 'RS256'): Promise<string> {
    const header = { alg: algorithm, typ: 'JWT', ...(algorithm === 'RS256' && { kid: 'fake' }) };
    const content = `${encode(header)}.${encode(claims)}`;
    if (algorithm === 'none') return `${content}.`;
    return `${content}.${sign('RSA-SHA256', Buffer.from(content), await loadKey()).toString('base64url')}`;
  }

  /** The public key (RFC 7517). */
  async jwks(): Promise<{ keys: object[] }> {
    const jwk = createPublicKey(await loadKey()).export({ format: 'jwk' });
    return { keys: [{ ...jwk, kid: 'fake', alg: 'RS256', use: 'sig' }] };
  }
}

function loadKey(): Promise<KeyObject> {
  key ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(({ privateKey }) => privateKey);
  return key;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
