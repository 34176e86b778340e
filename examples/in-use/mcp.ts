import type { AuthFlow } from '@latchkey/core';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/**
 * Connects to an MCP server with the token of a flow, whose `allowedOrigins` name it.
 *
 * An `OAuthClientProvider` would have to hand out the refresh token, which the SDK redeems by itself and without a lock:
 * two processes would present the same one. `flow.fetch` knows which token was refused, and renews it once for all.
 */
export async function connect(flow: AuthFlow, server: string): Promise<Client> {
  const client = new Client({ name: 'latchkey-in-use', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server), { fetch: flow.asFetch() }));
  return client;
}
