import type { TokenSet } from './token-set.js';

/**
 * Returns the scopes in `requested` that the tokens neither have nor were asked for with. A server may grant fewer
 * scopes than requested (RFC 6749 section 3.3); asking again would bring no more. Records of other programs do not
 * note what was asked for; `openid` and `offline_access`, which servers often leave out of the answer, are then passed.
 */
export function missingScopes(tokens: TokenSet, requested: string | undefined): string[] {
  if (requested === undefined || tokens.scope === undefined) return [];
  const asked = tokens.stamp?.requested_scope;
  const present = new Set(words(`${tokens.scope} ${asked ?? 'openid offline_access'}`));
  return words(requested).filter((scope) => !present.has(scope));
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
