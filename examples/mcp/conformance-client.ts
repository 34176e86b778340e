/**
 * The client that MCP's conformance suite tests: it starts this with the URL of a server, which wants something else in each
 * scenario. `MCP_CONFORMANCE_CONTEXT` holds credentials, where a scenario has any.
 */
import { AuthorizationCodeFlow, ClientCredentialsFlow, MemoryTokenStorage, type StoredAuthFlow } from '@latchkey/core';
import { loopbackRedirect } from '@latchkey/core/node';
import { discoverResource, type ResourceClient } from '@latchkey/core/resource';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { crossAppFlow } from '../recipes/id-jag.js';
import { ping } from './ping.js';

const server = process.argv.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Partial<Record<string, string>>;
const { client_id: clientId, client_secret: clientSecret, private_key_pem: clientKey } = context;

const byHand: ResourceClient = { clientId, clientSecret, clientKey };
const byItself: ResourceClient = {
  metadataUrl: 'https://conformance-test.local/client-metadata.json',
  register: { client_name: 'Latchkey' },
};
const options = await discoverResource(server, {
  challenge: await ping(server),
  client: () => (clientId === undefined ? byItself : byHand),
  storage: new MemoryTokenStorage(),
});

const flow = flowOf();
const client = new Client({ name: 'latchkey', version: '1.0.0' });
const fetch = flow.asFetch({ interactive: true });
await client.connect(new StreamableHTTPClientTransport(new URL(server), { fetch }));
await client.listTools();
await client.callTool({ name: 'test-tool', arguments: {} });
await client.close();

function flowOf(): StoredAuthFlow {
  if (scenario.includes('client-credentials')) return new ClientCredentialsFlow(options);
  const { idp_id_token: idToken, idp_client_id = '', idp_token_endpoint = '' } = context;
  if (idToken !== undefined) {
    const server = { tokenEndpoint: idp_token_endpoint };
    return crossAppFlow({ server, clientId: idp_client_id, idToken, account: 'ada' }, options);
  }
  // The server approves at once, so that whoever follows its redirects has logged in.
  return new AuthorizationCodeFlow({
    ...options,
    redirect: loopbackRedirect({ openBrowser: (url) => globalThis.fetch(url) }),
  });
}
