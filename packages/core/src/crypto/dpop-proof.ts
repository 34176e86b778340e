import { loadJose } from './load-jose.js';

/** The private key that tokens are bound to, as the JWK that is stored beside them. */
export type DpopKey = Readonly<Record<string, unknown>>;

/** What a proof is for. */
export interface DpopTarget {
  readonly method: string;
  readonly url: string | URL;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the server wants to see again (RFC 9449 section 8). */
  readonly nonce: string | undefined;
  /** The access token that goes with it, if any. */
  readonly accessToken?: string | undefined;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

/** Makes a key for new tokens. */
export async function createDpopKey(): Promise<DpopKey> {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return (await crypto.subtle.exportKey('jwk', privateKey)) as DpopKey;
}

/** Signs the proof that a request comes from whoever holds the key (RFC 9449 section 4.2). */
export async function proveDpop(jwk: DpopKey, target: DpopTarget): Promise<string> {
  const { importJWK, SignJWT } = await loadJose();
  const { kty, crv, x, y } = jwk as { kty: string; crv: string; x: string; y: string };
  const { nonce, accessToken } = target;
  const url = new URL(target.url);
  return new SignJWT({
    jti: crypto.randomUUID(),
    htm: target.method,
    htu: url.origin + url.pathname,
    ...(nonce !== undefined && { nonce }),
    ...(accessToken !== undefined && { ath: await hash(accessToken) }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })
    .setIssuedAt(Math.floor(target.now / 1000))
    .sign(await importJWK(jwk, 'ES256'));
}

async function hash(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
