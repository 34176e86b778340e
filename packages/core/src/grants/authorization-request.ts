import type { AuthFlowOptions } from '../options/flow-options.js';
import { grantParameters } from '../options/grant-parameters.js';
import { loadOpenidClient } from '../server/openid/load-openid-client.js';
import { includesScope } from '../tokens/scope.js';
import type { AuthorizationState } from './authorization-state.js';

/** What begins a login in a browser, and what its end is checked by. */
export interface AuthorizationRequest {
  readonly query: URLSearchParams;
  readonly state: AuthorizationState;
}

interface RequestOptions extends Pick<AuthFlowOptions, 'audience' | 'resource' | 'dialect'> {
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the parameters of a login (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1), with random checks
 * (RFC 7636, RFC 6749 section 10.12).
 *
 * @param scope - '' for none
 */
export async function authorizationRequest(
  { audience, resource, authorizationParameters: parameters, dialect }: RequestOptions,
  scope: string,
  redirectUri: string,
): Promise<AuthorizationRequest> {
  const openid = await loadOpenidClient();
  const state = openid.randomState();
  const nonce = includesScope(scope, 'openid') && dialect?.nonce !== false ? openid.randomNonce() : undefined;
  const codeVerifier = dialect?.pkce === false ? undefined : openid.randomPKCECodeVerifier();
  const query = grantParameters(
    { audience, resource, parameters, scope: scope || undefined },
    {
      response_type: 'code',
      redirect_uri: redirectUri,
      state,
      code_challenge: codeVerifier && (await openid.calculatePKCECodeChallenge(codeVerifier)),
      code_challenge_method: codeVerifier && 'S256',
      nonce,
    },
  );
  const asked = { ...(scope !== '' && { scope }), ...(nonce && { nonce }), ...(codeVerifier && { codeVerifier }) };
  return { query, state: { state, redirectUri, ...asked } };
}
