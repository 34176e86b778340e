import type { AssertionContext } from './jwt-bearer-flow.js';
import type { PrivateKey } from '../crypto/private-key.js';
import { loadJose } from '../crypto/load-jose.js';
import { loadPrivateKey } from '../crypto/load-private-key.js';
import { readSecret, type SecretSource } from '../options/secret-source.js';

/** What a signed assertion says (RFC 7523 section 3). @group Options */
export interface SignedAssertionOptions {
  /** Signs; or a function that fetches the key for each assertion. */
  readonly key: SecretSource<PrivateKey>;
  /** Names the key to the server, as `kid` in the header. @defaultValue the `kid` of a JWK */
  readonly keyId?: string | undefined;
  /** How to sign, such as `ES256`. @defaultValue what the key is made for; `RS256` for an RSA key that does not say */
  readonly algorithm?: string | undefined;
  /** The claim `iss`: who signs, such as the service account's address. */
  readonly issuer: string;
  /** The claim `aud`. @defaultValue the token endpoint */
  readonly audience?: string | undefined;
  /** Seconds for which an assertion is good, from its `iat` on, which is up to ten seconds ago. @defaultValue 300 */
  readonly lifetime?: number | undefined;
  /** Further fields of the header, such as `x5t#S256` (RFC 7515 section 4.1.8), or another `typ` than `JWT`. */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Further claims, such as `scope` for servers that want it there. They win, but for `sub` where the flow has a subject. A `scope`
   * here tells no two tokens apart: over one storage, give each flow a `key`, or the option `scope` too.
   */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** Makes an assertion and signs it. @throws as `readSecret` and `readPrivateKey` */
export async function sign(options: SignedAssertionOptions, context: AssertionContext): Promise<string> {
  const { issuer, audience, lifetime = 300, claims, header } = options;
  const { tokenEndpoint, subject, now } = context;
  const source = await readSecret('key', options.key, 'key');
  const { readPrivateKey } = await loadPrivateKey();
  const { key, algorithm, keyId } = await readPrivateKey(source, options);
  const { SignJWT } = await loadJose();
  // Many servers allow a clock that is ahead no second; some limit the time from `iat` to `exp`.
  const iat = Math.floor(now / 1000) - Math.min(10, Math.floor(lifetime / 6));
  const made = {
    jti: crypto.randomUUID(),
    iss: issuer,
    sub: issuer,
    aud: audience ?? tokenEndpoint,
    iat,
    exp: iat + lifetime,
  };
  return new SignJWT({ ...made, ...claims, ...(subject !== undefined && { sub: subject }) })
    .setProtectedHeader({ typ: 'JWT', ...header, alg: algorithm, ...(keyId !== undefined && { kid: keyId }) })
    .sign(key);
}
