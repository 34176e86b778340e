import { createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

/** Makes JWTs; its key is made when first needed. */
export class JwtSigner {
  #key: Promise<KeyObject> | undefined;

  /** Returns a JWT of `claims`, signed by RS256, or with `alg: none` and no signature. */
  async sign(claims: object, algorithm: 'RS256' | 'none' = 'RS256'): Promise<string> {
    const header = { alg: algorithm, typ: 'JWT', ...(algorithm === 'RS256' && { kid: 'fake' }) };
    const content = `${encode(header)}.${encode(claims)}`;
    if (algorithm === 'none') return `${content}.`;
    return `${content}.${sign('RSA-SHA256', Buffer.from(content), await this.#load()).toString('base64url')}`;
  }

  /** The public key (RFC 7517). */
  async jwks(): Promise<{ keys: object[] }> {
    const jwk = createPublicKey(await this.#load()).export({ format: 'jwk' });
    return { keys: [{ ...jwk, kid: 'fake', alg: 'RS256', use: 'sig' }] };
  }

  #load(): Promise<KeyObject> {
    this.#key ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(({ privateKey }) => privateKey);
    return this.#key;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
