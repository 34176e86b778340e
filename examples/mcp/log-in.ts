import { AuthorizationCodeFlow, ClientRejectedError, type TokenStorage } from '@latchkey/core';
import { loopbackRedirect } from '@latchkey/core/node';
import { discoverResource } from '@latchkey/core/resource';

/**
 * Makes a fetch with the token of a login at whatever server an MCP server names. When that has forgotten the client that
 * registered there, be it in the middle of a tool's call, another one registers, asks the person, and the call goes on.
 */
export async function fetchFor(server: string, storage: TokenStorage): Promise<typeof fetch> {
  let login = await loginAt(server, storage);
  return async (input, init) => {
    const used = login;
    try {
      return await used.fetch(input, init);
    } catch (error) {
      // A gateway that refuses in words of its own says nothing of the client.
      if (!(error instanceof ClientRejectedError)) throw error;
      if (!/^(invalid|unauthorized)_client$/.test(error.error ?? '')) throw error;
      login = await loginAt(server, storage, used.clientId); // the same one for all who meet the refusal
      return login.fetch(input, init); // the MCP server has not acted: it saw no good token
    }
  };
}

async function loginAt(server: string, storage: TokenStorage, refused?: string) {
  const client = { register: { client_name: 'Latchkey example' } };
  const options = await discoverResource(server, { client, storage, refused });
  const flow = new AuthorizationCodeFlow({ ...options, redirect: loopbackRedirect() });
  return { clientId: options.clientId, fetch: flow.asFetch({ interactive: true }) }; // asks by need, for further scopes too
}
