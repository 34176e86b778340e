import type { AuthFlowOptions } from './auth-flow-options.js';
import type { ClientAuth, OpenidClient } from './openid.js';

/** Returns what puts the client's proof of who it is into a request (RFC 6749 section 2.3). */
export function clientAuthentication(
  openid: OpenidClient,
  options: AuthFlowOptions,
  secret: string | undefined,
): ClientAuth {
  const method = options.clientAuthentication ?? (secret === undefined ? 'none' : 'client_secret_basic');
  if (secret === undefined || method === 'none') return openid.None();
  if (method === 'client_secret_post') return openid.ClientSecretPost(secret);
  if (options.basicEncoding !== 'raw' && secret !== '') return openid.ClientSecretBasic(secret);
  return (_server, client, _body, headers) => {
    const bytes = new TextEncoder().encode(`${client.client_id}:${secret}`);
    headers.set('authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`);
  };
}
