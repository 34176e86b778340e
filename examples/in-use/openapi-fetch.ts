import type { AuthFlow } from '@latchkey/core';
import createClient, { type Client } from 'openapi-fetch';

/** What openapi-typescript writes for an API, cut to one operation. */
export interface paths {
  '/files': {
    post: {
      parameters: { query?: { folder?: string } };
      requestBody: { content: { 'application/json': { name: string } } };
      responses: { 200: { content: { 'application/json': { sub: string } } } };
    };
  };
}

/** openapi-fetch with the token of a flow. */
export function createOpenapiClient(flow: AuthFlow, api: string): Client<paths> {
  return createClient<paths>({ baseUrl: api, fetch: flow.asFetch() });
}
