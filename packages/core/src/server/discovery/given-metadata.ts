import type { ServerEndpoints } from '../../options/server-endpoints.js';
import type { ServerMetadata } from '../openid/load-openid-client.js';
import { endpointNames, optionOf } from './endpoint-names.js';

/** Where the server does not say by what it signs id tokens, none is called wrong for that. */
export const anyAlgorithm =
  'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 HS256 HS384 HS512'.split(' ');

/** The metadata of a server whose endpoints are given by the option `server`. */
export function givenMetadata(server: ServerEndpoints): ServerMetadata {
  const options = server as unknown as Readonly<Record<string, string | undefined>>;
  const endpoints = endpointNames.flatMap((name) => {
    const url = options[optionOf(name)];
    return url ? [[name, url] as const] : [];
  });
  return {
    issuer: server.issuer ?? new URL(server.tokenEndpoint).origin,
    id_token_signing_alg_values_supported: anyAlgorithm,
    ...Object.fromEntries(endpoints),
  };
}
