import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { ClientMetadata, Configuration } from 'oidc-provider';
import { devicePages, errorPage } from './pages.js';

const hour = 3600;

/** A command-line program that logs people in by device codes. */
export const deviceClient: ClientMetadata = {
  client_id: 'latchkey-demo',
  client_name: 'Latchkey demo',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  response_types: [],
  redirect_uris: [],
};

/** A server for one client, with refresh tokens that are replaced at each use. */
export function configureProvider(client: ClientMetadata): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [client],
    features: {
      deviceFlow: { enabled: true, ...devicePages },
      // The server's own pages for login and consent: any name and password will do.
      devInteractions: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    },
    renderError: errorPage,
    rotateRefreshToken: true,
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, name: accountId, email: `${accountId}@example.org` }),
    }),
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    // Keys of this run only; without any, oidc-provider takes its well-known ones.
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'demo' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    ttl: {
      AccessToken: hour,
      DeviceCode: hour / 6,
      Grant: 24 * hour,
      IdToken: hour,
      Interaction: hour / 6,
      RefreshToken: 24 * hour,
      Session: hour,
    },
  };
}
