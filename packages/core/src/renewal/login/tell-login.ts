import { NoRefreshTokenError } from '../../errors/index.js';
import { warnOnce } from '../../platform/warn.js';
import { type FlowEvents, summarize } from '../../tokens/flow-events.js';
import { includesScope } from '../../tokens/scope.js';
import type { TokenSet } from '../../tokens/token-set.js';

/** Tells of a login that took `duration` seconds, and aloud where it ends although it was asked to last. */
export function tellLogin(events: FlowEvents, key: string, tokens: TokenSet, duration: number): void {
  events.emit('authorized', { key, tokens: summarize(tokens), duration });
  const wasAsked = includesScope(tokens.stamp?.requested_scope, 'offline_access');
  if (tokens.refreshToken !== undefined || !wasAsked) return;
  const error = new NoRefreshTokenError({
    message: 'The login asked for offline_access and brought no refresh token.',
  });
  events.emit('refreshTokenMissing', { key, tokens: summarize(tokens), error });
  warnOnce(`${error.message} It ends with its access token. ${error.remedy}`);
}
