import { programRecordLifetime, type TokenSet } from '@latchkey/core';

const day = 86_400;

/**
 * Milliseconds for which a record is kept: until a day after its refresh token ends, so that no clock can end a login
 * early; `undefined` for ever. The access token's end counts for a program's record only.
 *
 * The end is known from what servers say (`TokenSet.refreshExpiresAt`), or from `lifetime`
 * (seconds). Servers mean "never" by 0.
 */
export function millisecondsToKeep(tokens: TokenSet, lifetime: number | undefined, now: number): number | undefined {
  const ofProgram = programRecordLifetime(tokens, now);
  if (ofProgram !== undefined || tokens.refreshToken === undefined) return ofProgram;
  const end = tokens.refreshExpiresAt?.getTime() ?? endByOption(tokens, lifetime, now);
  return end < Number.MAX_SAFE_INTEGER / 2 ? Math.max(end - now, 0) + day * 1000 : undefined;
}

function endByOption(tokens: TokenSet, lifetime: number | undefined, now: number): number {
  const { refresh_expires_in, refresh_token_expires_in } = tokens.toJSON();
  const isForEver = [refresh_expires_in, refresh_token_expires_in].some((said) => said === 0 || said === '0');
  return isForEver || !lifetime ? Infinity : (tokens.issuedAt?.getTime() ?? now) + lifetime * 1000;
}
