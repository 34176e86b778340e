import type { AuthorizationCodeFlow } from '@latchkey/core';
import type { DiscoveredResource } from '@latchkey/core/resource';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';

/**
 * The SDK's own provider, kept by a flow, for hosts that take nothing else. It never hands out the refresh token, which the
 * SDK would redeem by itself and without a lock: each request gets a fresh access token, and the flow renews it once for all
 * processes. After a refusal the SDK knows only one way on, a login; here the flow renews, or logs in where it must, and
 * the call that was refused fails with the SDK's `UnauthorizedError`: make it again.
 */
export function providerOf(
  flow: AuthorizationCodeFlow,
  { clientId, issuer = '' }: Pick<DiscoveredResource, 'clientId' | 'issuer'>,
): OAuthClientProvider {
  let given: string | undefined;
  return {
    redirectUrl: 'http://127.0.0.1/callback', // the flow's own is another, and is not used by the SDK
    clientMetadata: { redirect_uris: ['http://127.0.0.1/callback'] },
    clientInformation: () => ({ client_id: clientId, issuer }),
    async tokens(refusedBy) {
      // The SDK says who issued the token only when it looks for what to do about a refusal.
      if (!refusedBy) given = await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
      return { access_token: given ?? '', token_type: 'Bearer', issuer };
    },
    async redirectToAuthorization() {
      given = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: given, interactive: true });
    },
    saveTokens: () => undefined,
    saveCodeVerifier: () => undefined,
    codeVerifier: () => '',
  };
}
