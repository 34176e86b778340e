/** The floor of a first token: one POST by fetch. */

/** Asks each time; nothing is cached. */
export function inMemory({ origin, clientId, clientSecret }) {
  return async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const response = await fetch(`${origin}/token`, { method: 'POST', body });
    return (await response.json()).access_token;
  };
}

/** The same over TLS. */
export const inMemorySecure = (realm) => inMemory({ ...realm, origin: realm.secureOrigin });
