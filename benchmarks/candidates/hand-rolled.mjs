/** The floor in memory: what a careful user writes around openid-client (its README, "Client Credentials Grant"). */
import * as openid from 'openid-client';

/** A Map, Date.now() and one promise for the request in flight. */
export function inMemory({ origin, clientId, clientSecret }) {
  const server = { issuer: origin, token_endpoint: `${origin}/token` };
  const config = new openid.Configuration(server, clientId, clientSecret, openid.ClientSecretPost(clientSecret));
  openid.allowInsecureRequests(config);
  const cache = new Map();
  let inFlight;
  const renew = async () => {
    const { access_token: token, expires_in: seconds } = await openid.clientCredentialsGrant(config);
    cache.set(clientId, { token, until: Date.now() + (seconds - 60) * 1000 });
    return token;
  };
  return async () => {
    const known = cache.get(clientId);
    if (known && known.until > Date.now()) return known.token;
    return (inFlight ??= renew().finally(() => (inFlight = undefined)));
  };
}

/** The token in a plain header object, as a careful user would send it. */
export function withFetch(realm, fetch) {
  const token = inMemory(realm);
  return async (url, init) =>
    fetch(url, { ...init, headers: { ...init?.headers, authorization: `Bearer ${await token()}` } });
}
