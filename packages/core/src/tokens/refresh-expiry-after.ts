import { lifetimeNames, type RefreshExpiry, refreshExpiryIn } from './refresh-expiry.js';

/** Seconds by which two answers differ that name one end. */
const usualDelay = 60;

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
  const isSilent = lifetimeNames.every((name) => answer[name] === undefined || answer[name] === null);
  const isSame = typeof answer['refresh_token'] !== 'string' || answer['refresh_token'] === refresh_token;
  if (isSilent) return isSame ? before : {};
  const { refresh_expires_at: end = Infinity } = told;
  return Math.abs(end - (refresh_expires_at ?? -Infinity)) <= usualDelay ? { ...told, ...before } : told;
}
