/**
 * Makes the callback URL from what a person pasted. A whole URL is kept as it is. Anything else is a code, for which
 * the `state` is taken from the authorization URL; a code with percent escapes was copied out of a URL and is decoded.
 */
export function pastedCallback(pasted: string, redirectUri: string, authorizationUrl: URL): string {
  if (/^https?:\/\//i.test(pasted) || pasted.startsWith(`${redirectUri}?`)) return pasted;
  const query = new URLSearchParams({ code: decoded(pasted) });
  const state = authorizationUrl.searchParams.get('state');
  if (state !== null) query.set('state', state);
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`;
}

function decoded(code: string): string {
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}
