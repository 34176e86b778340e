import type { TokenSet } from './token-set.js';

/**
 * Says when the id token of a renewal is about another user than the one before, which it must not be (OpenID Connect
 * Core section 12.2); `undefined` when it is not, or when there are no two to compare.
 */
export function subjectProblem(renewed: TokenSet, previous: TokenSet): Error | undefined {
  const [now, before] = [renewed, previous].map(({ idTokenClaims }) => idTokenClaims?.['sub']);
  if (now === undefined || before === undefined || now === before) return undefined;
  return new Error('The id token of the renewal is about another user than the one before.');
}
