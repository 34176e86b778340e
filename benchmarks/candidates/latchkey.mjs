/** Latchkey in memory, as its docs/flows.md has it under "Client credentials". */
import { ClientCredentialsFlow, DeviceCodeFlowSimple, MemoryTokenStorage } from '@latchkey/core';

export { TokenSet } from '@latchkey/core';

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

/** Logins that people have made, kept in memory (docs/storages.md). */
export function flowInMemory({ origin, clientId, clientSecret }) {
  const server = { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` };
  const storage = new MemoryTokenStorage();
  return { storage, flow: new DeviceCodeFlowSimple({ server, clientId, clientSecret, storage }) };
}

/** A flow with tokens that a storage has, for accounts of it (docs/storages.md). */
export function flowOn(storage) {
  const server = { tokenEndpoint: 'http://127.0.0.1/token' };
  return flowOf({ server, clientId: 'c', clientSecret: 's', storage, key: 'k' });
}

function flowOf(options) {
  return new ClientCredentialsFlow(options);
}
