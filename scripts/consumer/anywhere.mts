/** Core's root entry knows no Node: compiled with the types of a browser only. */
import { ClientCredentialsFlow, type TokenSet } from '@latchkey/core';

export function renew(clientSecret: string): Promise<TokenSet> {
  return new ClientCredentialsFlow({ issuer: 'https://login.example', clientId: 'app', clientSecret }).refresh();
}
