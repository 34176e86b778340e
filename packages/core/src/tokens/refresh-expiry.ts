import { endAfter, readSeconds } from './read-seconds.js';

/** When a refresh token ends, and when the server first said so, in seconds since 1970. */
export interface RefreshExpiry {
  readonly refresh_expires_at?: number;
  readonly refresh_issued_at?: number;
}

/** The names by which servers tell how long a refresh token lives: Keycloak's, that of most others, Intuit's. */
export const lifetimeNames = ['refresh_token_expires_in', 'refresh_expires_in', 'x_refresh_token_expires_in'];

/** Returns the seconds that a refresh token lives; `undefined` where a server does not say, or says 0, which means for ever. */
function lifetimeIn(fields: Readonly<Record<string, unknown>>): number | undefined {
  for (const name of lifetimeNames) {
    const said = readSeconds(fields[name]);
    if (said !== undefined) return said === 0 ? undefined : said;
  }
  return undefined;
}

/** Reads from a record or an answer when its refresh token ends. @param issued - when it was issued, in seconds since 1970 */
export function refreshExpiryIn(fields: Readonly<Record<string, unknown>>, issued: number): RefreshExpiry {
  const lifetime = lifetimeIn(fields);
  if (lifetime === undefined) return {};
  return { refresh_expires_at: endAfter(lifetime, issued), refresh_issued_at: issued };
}
