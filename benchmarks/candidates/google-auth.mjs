/**
 * google-auth-library's OAuth2Client with a refresh token: README, "OAuth2", `setCredentials`; another server by the
 * option `endpoints` of its constructor. It talks to Google only at home, whose refresh tokens do not rotate.
 */
import { OAuth2Client } from 'google-auth-library';

/** `getAccessToken()` gives the cached token, or refreshes. */
export function inMemory({ origin, clientId, clientSecret, refreshToken }) {
  const client = new OAuth2Client({ clientId, clientSecret, endpoints: { oauth2TokenUrl: `${origin}/token` } });
  client.setCredentials({ refresh_token: refreshToken });
  return async () => (await client.getAccessToken()).token;
}
