import type { AuthFlow } from '@latchkey/core';
import { type AuthProvider, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/**
 * Connects to an MCP server with the token of a flow, whose `allowedOrigins` name it. `flow.fetch` knows which token was
 * refused, and renews it once for all.
 */
export function connect(flow: AuthFlow, server: string): Promise<Client> {
  return connectWith({ fetch: flow.asFetch() }, server);
}

/**
 * Connects by a provider, for hosts that take nothing else. It gives the token to whatever `server` is: `allowedOrigins` is
 * not asked, and tokens bound by DPoP cannot be used.
 */
export function connectByProvider(flow: AuthFlow, server: string): Promise<Client> {
  return connectWith({ authProvider: providerOf(flow) }, server);
}

/**
 * An `AuthProvider` and not an `OAuthClientProvider`, which would have to hand out the refresh token: the SDK redeems that
 * by itself and without a lock, so that two processes would present the same one. It does not say which token was
 * refused: a refusal that comes late, after a renewal, costs another.
 */
function providerOf(flow: AuthFlow): AuthProvider {
  let given: string | undefined;
  return {
    token: async () => (given = await flow.getAccessTokenRefreshIfNecessary()),
    onUnauthorized: async () => {
      await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: given });
    },
  };
}

async function connectWith(options: { fetch: typeof fetch } | { authProvider: AuthProvider }, server: string) {
  const client = new Client({ name: 'latchkey-in-use', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server), options));
  return client;
}
