/**
 * @azure/identity's ClientSecretCredential (README, "Authenticate as a service principal with a client secret");
 * another server by `authorityHost` (README, "Cloud configuration") and `disableInstanceDiscovery`.
 */
import { ClientSecretCredential } from '@azure/identity';

/** `getToken` looks into its cache first. */
export function inMemory({ secureOrigin, clientId, clientSecret }) {
  const options = { authorityHost: secureOrigin, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(clientId, clientId, clientSecret, options);
  return async () => (await credential.getToken('api/.default')).token;
}
