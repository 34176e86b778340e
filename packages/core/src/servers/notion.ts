import type { ServerOptions } from './server-options.js';

/**
 * Notion: JSON bodies, id and secret in a Basic header that is not form-encoded. Answers name no lifetime.
 *
 * Source: Notion, "Create a token" and "Refresh a token" (developers.notion.com/reference), copies without a day.
 *
 * @group Servers
 */
export function notion(): ServerOptions {
  return {
    server: {
      tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
      authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
    },
    authorizationParameters: { owner: 'user' },
    dialect: { basicEncoding: 'raw', request: (request) => ({ ...request, format: 'json' }) },
  };
}
