import type { ServerOptions } from './server-options.js';

/**
 * LinkedIn: refuses PKCE as `invalid_client`, puts no nonce into id tokens, wants id and secret in the form. Tokens live 60 days;
 * approved partners get a refresh token of a year, which does not rotate and whose end no renewal moves.
 *
 * Sources: nextauthjs/next-auth#8831, authlib/authlib#763; LinkedIn, "Refresh Tokens with OAuth 2.0"
 * (learn.microsoft.com/linkedin, of August 2024).
 *
 * @group Servers
 */
export function linkedin(): ServerOptions {
  return {
    issuer: 'https://www.linkedin.com/oauth',
    clientAuthentication: 'client_secret_post',
    dialect: { pkce: false, nonce: false },
  };
}
