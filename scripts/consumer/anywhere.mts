/** Core's root entry and `/resource` know no Node: compiled with the types of a browser only. */
import { AuthorizationCodeFlow, ClientCredentialsFlow, type TokenSet } from '@latchkey/core';
import { discoverResource } from '@latchkey/core/resource';

export function renew(clientSecret: string): Promise<TokenSet> {
  return new ClientCredentialsFlow({ issuer: 'https://login.example', clientId: 'app', clientSecret }).refresh();
}

export async function flowOf(url: string): Promise<AuthorizationCodeFlow> {
  const options = await discoverResource(url, { client: { metadataUrl: 'https://app.example/client.json' } });
  return new AuthorizationCodeFlow({ ...options, redirectUri: 'https://app.example/callback' });
}
