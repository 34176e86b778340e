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
  const present = new Set(partsIn(`${scope ?? ''} ${stamp?.requested_scope ?? 'openid offline_access'}`));
  return partsIn(requested).filter((scope) => !present.has(scope));
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

/**
 * Returns all scopes of both, each once; `first` comes first, as it is written when nothing is added. They are joined as
 * in the first text that joins any: by spaces, or by commas where it has no space.
 */
export function unionOfScopes(first: string | undefined, second: string | undefined): string | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const texts = [first, second].map((text) => text.trim());
  const by = /\s/.test(texts.find((text) => /[\s,]/.test(text)) ?? ' ') ? ' ' : ',';
  const [wanted = [], known = []] = texts.map((text) => (by === ' ' && /\s/.test(text) ? scopesIn : partsIn)(text));
  const present = new Set(partsIn(first));
  const added = known.filter((scope) => !partsIn(scope).every((part) => present.has(part)));
  return added.length === 0 ? first : [...new Set([...wanted, ...added])].join(by);
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

/** The same of a text that commas may join: Strava and TikTok take no other, GitHub and LinkedIn answer so. */
function partsIn(text: string): string[] {
  return scopesIn(text.replaceAll(',', ' '));
}
