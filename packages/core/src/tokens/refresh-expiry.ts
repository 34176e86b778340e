import { endAfter, readSeconds } from './read-seconds.js';

/** When a refresh token ends, and when the server first said so, in seconds since 1970. */
export interface RefreshExpiry {
  readonly refresh_expires_at?: number;
  readonly refresh_issued_at?: number;
}

/** The names by which servers tell how long a refresh token lives: Keycloak's, that of most others, Intuit's. */
const names = ['refresh_token_expires_in', 'refresh_expires_in', 'x_refresh_token_expires_in'];

/** Seconds by which two answers differ that name one end. */
const usualDelay = 60;

/** Returns the seconds that a refresh token lives; `undefined` where a server does not say, or says 0, which means for ever. */
function lifetimeIn(fields: Readonly<Record<string, unknown>>): number | undefined {
  for (const name of names) {
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

/**
 * Returns when the refresh token ends that is held after an answer: as the answer says, else, where the token is the one
 * before, as before. An end that has not moved counts from when it was first told.
 */
export function refreshExpiryAfter(
  answer: Readonly<Record<string, unknown>>,
  sentAt: number,
  { refresh_token, refresh_expires_at, refresh_issued_at }: RefreshExpiry & { readonly refresh_token?: string },
): RefreshExpiry {
  const told = refreshExpiryIn(answer, Math.floor(sentAt / 1000));
  const before = {
    ...(refresh_expires_at !== undefined && { refresh_expires_at }),
    ...(refresh_issued_at !== undefined && { refresh_issued_at }),
  };
  const isSilent = names.every((name) => answer[name] === undefined || answer[name] === null);
  const isSame = typeof answer['refresh_token'] !== 'string' || answer['refresh_token'] === refresh_token;
  if (isSilent) return isSame ? before : {};
  const { refresh_expires_at: end = Infinity } = told;
  return Math.abs(end - (refresh_expires_at ?? -Infinity)) <= usualDelay ? { ...told, ...before } : told;
}
