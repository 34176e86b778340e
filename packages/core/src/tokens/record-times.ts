import { expiryOfJwt } from '../crypto/jwt.js';
import { firstTime, latestSecond, readSeconds } from './read-seconds.js';
import { type RefreshExpiry, refreshExpiryIn } from './refresh-expiry.js';

/** Reads from a record or an answer when its access token ends. */
export function readExpiry(
  source: Record<string, unknown>,
  issued: number | undefined,
  now: number,
): number | undefined {
  const stored = readTime(source['expires_at']) ?? readDate(source['expires_at']) ?? readTime(source['expiry_tm']);
  if (stored !== undefined) return stored;
  const lifetime = readSeconds(source['expires_in']);
  if (lifetime !== undefined) return Math.min((issued ?? Math.floor(now / 1000)) + lifetime, latestSecond);
  return typeof source['access_token'] === 'string' ? readSeconds(expiryOfJwt(source['access_token'])) : undefined;
}

/** Reads from a record or an answer when its refresh token ends, and since when that is known. */
export function readRefreshExpiry(source: Record<string, unknown>, issued: number): RefreshExpiry {
  const [end, start] = [readTime(source['refresh_expires_at']), readTime(source['refresh_issued_at'])];
  if (end === undefined) return refreshExpiryIn(source, issued);
  return { refresh_expires_at: end, ...(start !== undefined && { refresh_issued_at: start }) };
}

/** The names by which servers tell when an access token ends: Azure's metadata service has the second, Facebook's forms the third. */
const endNames = ['expires_at', 'expires_on', 'expires'];

/**
 * Returns for how many seconds the access token of an answer lives at `now` (ms), where the answer says when it ends and not
 * for how long it lives. An end that has passed comes of a clock that is wrong, and says nothing.
 */
export function lifetimeByEnd(answer: Readonly<Record<string, unknown>>, now: number): number | undefined {
  for (const name of endNames) {
    const end = readTime(answer[name]) ?? readDate(answer[name]);
    if (end === undefined || end === 0) continue;
    if (end < firstTime) return name === 'expires' ? end : undefined;
    return end * 1000 > now ? end - Math.floor(now / 1000) : undefined;
  }
  return undefined;
}

const dateAndZone = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/;

/** simple-oauth2 writes a date in ISO 8601. One without a zone could mean any. */
function readDate(value: unknown): number | undefined {
  return typeof value === 'string' && dateAndZone.test(value) ? readSeconds(Date.parse(value) / 1000) : undefined;
}

/** Some write milliseconds: RDP's samples in Java, Apigee, Salesforce. As such, these are the years 2008 to 2103. */
export function readTime(value: unknown): number | undefined {
  const number = readSeconds(value);
  const isMilliseconds = number !== undefined && number > 1_200_000_000_000 && number < 4_200_000_000_000;
  return isMilliseconds ? Math.floor(number / 1000) : number;
}
