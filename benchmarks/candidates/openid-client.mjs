/** openid-client alone (README, "Client Credentials Grant"). It has no cache, so each call is a request. */
import * as openid from 'openid-client';

/** Asks each time. */
export function inMemory({ origin, clientId, clientSecret }) {
  const server = { issuer: origin, token_endpoint: `${origin}/token` };
  const config = new openid.Configuration(server, clientId, clientSecret);
  openid.allowInsecureRequests(config);
  return async () => (await openid.clientCredentialsGrant(config)).access_token;
}
