import type { ServerOptions } from './server-options.js';

/**
 * Atlassian Cloud (3LO): JSON bodies, `audience` and `prompt` in the URL. A refresh token comes for the scope
 * `offline_access`, and rotates.
 *
 * Source: Atlassian, "Implementing the Refresh Token Flow" (developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens), a copy
 * without a day.
 *
 * @group Servers
 */
export function atlassian(): ServerOptions {
  return {
    server: {
      tokenEndpoint: 'https://auth.atlassian.com/oauth/token',
      authorizationEndpoint: 'https://auth.atlassian.com/authorize',
    },
    clientAuthentication: 'client_secret_post',
    audience: 'api.atlassian.com',
    authorizationParameters: { prompt: 'consent' },
    dialect: { request: (request) => ({ ...request, format: 'json' }) },
  };
}
