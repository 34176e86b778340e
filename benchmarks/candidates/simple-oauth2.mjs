/** simple-oauth2, as its README has it under "Client Credentials Grant" and "Refresh an access token". */
import { ClientCredentials } from 'simple-oauth2';

/** README, "Refresh an access token": `expired()` decides. Client credentials have no refresh token, so a new one is got. */
export function inMemory({ origin, clientId: id, clientSecret: secret }) {
  const client = new ClientCredentials({ client: { id, secret }, auth: { tokenHost: origin, tokenPath: '/token' } });
  let accessToken;
  return async () => {
    if (accessToken === undefined || accessToken.expired()) accessToken = await client.getToken({});
    return accessToken.token.access_token;
  };
}
