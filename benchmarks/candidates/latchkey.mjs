/** Latchkey in memory, as its docs/flows.md has it under "A program of its own". */
import { ClientCredentialsFlow } from '@latchkey/core';

/** A client credentials flow. */
export function inMemory({ origin, clientId, clientSecret }) {
  const flow = flowOf({ server: { tokenEndpoint: `${origin}/token` }, clientId, clientSecret });
  return () => flow.getAccessTokenRefreshIfNecessary();
}

/** `flow.fetch` over a given fetch (docs/fetch.md). */
export function withFetch({ origin, clientId, clientSecret }, fetch) {
  const server = { tokenEndpoint: `${origin}/token` };
  const isApi = (url) => String(url).startsWith('https://api.');
  const routed = (url, init) => (isApi(url) ? fetch(url, init) : globalThis.fetch(url, init));
  const flow = flowOf({ server, clientId, clientSecret, fetch: routed, allowedOrigins: ['https://api.example.org'] });
  return (url, init) => flow.fetch(url, init);
}

function flowOf(options) {
  return new ClientCredentialsFlow(options);
}
