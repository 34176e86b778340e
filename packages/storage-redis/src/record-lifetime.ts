import { programRecordLifetime, type TokenSet } from '@latchkey/core';

const day = 86_400;

/**
 * Milliseconds for which a record is kept: until a day after its refresh token ends, so that no clock can end a login
 * early; `undefined` for ever. The access token's end counts for a program's record only.
 *
 * The end is known from `refresh_expires_in` or `refresh_token_expires_in` as servers send them, or from `lifetime`
 * (seconds). Servers mean "never" by 0.
 */
export function millisecondsToKeep(tokens: TokenSet, lifetime: number | undefined, now: number): number | undefined {
  const ofProgram = programRecordLifetime(tokens, now);
  if (ofProgram !== undefined || tokens.refreshToken === undefined) return ofProgram;
  const { refresh_expires_in, refresh_token_expires_in } = tokens.toJSON();
  const seconds = Number(refresh_expires_in ?? refresh_token_expires_in ?? lifetime);
  if (!(seconds > 0 && seconds < Number.MAX_SAFE_INTEGER / 2000)) return undefined;
  const issuedAt = tokens.issuedAt?.getTime() ?? now;
  return Math.max(issuedAt + seconds * 1000 - now, 0) + day * 1000;
}
