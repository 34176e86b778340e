import { grantTypes } from './grants.js';
import type { ServerState } from './server-state.js';

/** The server's metadata (RFC 8414, OpenID Connect Discovery). */
export function describeServer({ issuer, options }: ServerState): Record<string, unknown> {
  const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'];
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    introspection_endpoint: `${issuer}/introspect`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    ...(options.revocation !== 'none' && { revocation_endpoint: `${issuer}/revoke` }),
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    grant_types_supported: grantTypes(options),
    token_endpoint_auth_methods_supported: secretMethods,
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
    id_token_signing_alg_values_supported: [options.idTokens?.algorithm ?? 'RS256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...options.metadata,
  };
}
