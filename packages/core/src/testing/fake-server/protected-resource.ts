import type { AccessToken } from './access-tokens.js';
import { type Answer, jsonAnswer } from './answer.js';
import type { ClientCredentials } from './client-authentication.js';
import type { ReceivedRequest } from './received-request.js';
import type { ServerState } from './server-state.js';

/** Reads the access token of a request (RFC 6750 section 2.1, RFC 9449 section 7.1). */
export function bearerToken({ headers }: Pick<ReceivedRequest, 'headers'>): string | undefined {
  return /^(?:Bearer|DPoP)\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/**
 * Answers 200 with an echo of the request for a live access token, else 401 (RFC 6750 section 3). The query field
 * `scope` names a scope that the token must have, else 403.
 */
export function protectedResource(request: ReceivedRequest, _client: ClientCredentials, state: ServerState): Answer {
  const token = liveToken(request, state);
  if (!token) return refuse(request);
  const needed = request.url.searchParams.get('scope');
  if (needed !== null && !token.scope?.split(' ').includes(needed)) {
    return challenge(403, `Bearer error="insufficient_scope", scope="${needed}"`);
  }
  const { method, url, body } = request;
  return jsonAnswer({ sub: token.grant.subject, method, path: url.pathname + url.search, body });
}

/** Answers with the subject of a live access token (OpenID Connect Core section 5.3). */
export function userinfo(request: ReceivedRequest, _client: ClientCredentials, state: ServerState): Answer {
  const token = liveToken(request, state);
  return token ? jsonAnswer({ sub: token.grant.subject }) : refuse(request);
}

function liveToken(request: ReceivedRequest, state: ServerState): AccessToken | undefined {
  return state.tokens.accessTokens.findLive(bearerToken(request) ?? '', state.now());
}

function refuse(request: ReceivedRequest): Answer {
  if (bearerToken(request) === undefined) return challenge(401, 'Bearer realm="fake"');
  return challenge(401, 'Bearer error="invalid_token", error_description="The access token is not valid."');
}

function challenge(status: number, value: string): Answer {
  return jsonAnswer({ status }, status, { 'www-authenticate': value });
}
