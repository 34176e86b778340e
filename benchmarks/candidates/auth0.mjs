/** auth0: `createManagementAuth` with client credentials (README, "Individual Management sub-clients"). */
import { createManagementAuth } from 'auth0/management';

/** `getToken` is what its sub-clients are given. */
export function inMemory({ secureOrigin, clientId, clientSecret }) {
  const auth = createManagementAuth({ domain: new URL(secureOrigin).host, clientId, clientSecret });
  return () => auth.getToken();
}
