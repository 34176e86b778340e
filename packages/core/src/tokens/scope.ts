import type { TokenSet } from './token-set.js';

/**
 * Returns the scopes in `requested` that the tokens neither have nor were asked for with. A server may grant fewer
 * scopes than requested (RFC 6749 section 3.3), or leave out what it granted (section 5.1); asking again would bring no
 * more. Records of other programs do not note what was asked for: without a scope they are passed, and so are `openid`
 * and `offline_access`, which servers often leave out of the answer.
 */
export function missingScopes(tokens: TokenSet, requested: string | undefined): string[] {
  if (requested === undefined) return [];
  const { scope, generation, stamp } = tokens;
  const isUnknown = scope === undefined && stamp?.requested_scope === undefined && generation === undefined;
  if (isUnknown) return [];
  const named = `${scope ?? ''} ${stamp?.requested_scope ?? 'openid offline_access'}`;
  const present = new Set(scopesIn(`${named} ${named.replaceAll(',', ' ')}`)); // GitHub and TikTok join by commas
  return scopesIn(requested).filter((scope) => !present.has(scope));
}

/**
 * Returns the scopes that a login asks for: those that are wanted, and those of the login before it, so that no program
 * narrows the login of another.
 */
export function widestScope(wanted: string | undefined, before: TokenSet | undefined): string | undefined {
  const { scope, stamp } = before ?? {};
  const known = wanted === undefined ? stamp?.requested_scope : (stamp?.requested_scope ?? scope);
  return unionOfScopes(wanted, known);
}

/** Returns all scopes of both, each once; `first` comes first, as it is written when nothing is added. */
export function unionOfScopes(first: string | undefined, second: string | undefined): string | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const present = scopesIn(first);
  const added = scopesIn(second).filter((scope) => !present.includes(scope));
  return added.length === 0 ? first : [...new Set([...present, ...added])].join(' ');
}

/** Returns the set of scopes in a text in one spelling: order and duplicates make no difference. */
export function scopeSet(text: string | undefined): string {
  return [...new Set(scopesIn(text ?? ''))].sort().join(' ');
}

/** Tells whether a text of scopes names this one. */
export function includesScope(text: string | undefined, scope: string): boolean {
  return scopesIn(text ?? '').includes(scope);
}

function scopesIn(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
