import { AuthorizationCodeFlow, ClientRejectedError, type TokenStorage } from '@latchkey/core';
import { loopbackRedirect } from '@latchkey/core/node';
import { discoverResource } from '@latchkey/core/resource';

/** Logs in at whatever server an MCP server names; as another client, when that has forgotten the one that it registered. */
export async function logIn(server: string, storage: TokenStorage, refused?: string): Promise<AuthorizationCodeFlow> {
  const client = { register: { client_name: 'Latchkey example' } };
  const options = await discoverResource(server, { client, storage, refused });
  const flow = new AuthorizationCodeFlow({ ...options, redirect: loopbackRedirect() });
  try {
    await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
    return flow;
  } catch (error) {
    if (refused !== undefined || !(error instanceof ClientRejectedError)) throw error;
    return logIn(server, storage, options.clientId);
  }
}
