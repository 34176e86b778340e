import { fromBase64 } from '../platform/base64.js';
/** Decodes the claims of a JWT without verifying it (RFC 7519); `undefined` when the text is no JWT. */
export function readJwtClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload, signature] = token.split('.');
  if (!payload || signature === undefined) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(payload));
    const claims: unknown = JSON.parse(text);
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? (claims as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the `exp` claim of a JWT in whole seconds (RFC 7519 section 4.1.4), `undefined` when there is none. */
export function expiryOfJwt(token: string): number | undefined {
  const exp = readJwtClaims(token)?.['exp'];
  return typeof exp === 'number' && Number.isFinite(exp) && exp >= 0 ? Math.floor(exp) : undefined;
}

/** How late a clock may be without saying anything, in seconds: tokens that end may be given out to the last. */
const usualSkew = 300;

/**
 * Returns the life of a JWT in seconds, from its claims `iat` and `exp`, if it has been over for minutes at `now` (ms). One
 * that has just been given out cannot be: then the server's clock is behind ours, and only the difference of the two
 * says anything.
 */
export function lifeOfJwtFromThePast(token: string, now: number): number | undefined {
  const expiry = expiryOfJwt(token);
  const issued = readJwtClaims(token)?.['iat'];
  if (expiry === undefined || typeof issued !== 'number' || (expiry + usualSkew) * 1000 > now) return undefined;
  return issued > 0 && issued < expiry ? expiry - issued : undefined;
}
