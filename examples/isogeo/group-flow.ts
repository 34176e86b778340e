import { ClientCredentialsFlow, type ClientCredentialsFlowOptions } from '@latchkey/core';
import { readCredentialsFile } from '@latchkey/core/node';

/**
 * Reads the file that Isogeo sends, as JSON or INI. Of it, a group application needs the client and the server: its
 * token request has a grant type and nothing else, so the scopes that newer files list stay where they are.
 */
export async function groupFlow(
  file: string,
  options: Partial<ClientCredentialsFlowOptions> = {},
): Promise<ClientCredentialsFlow> {
  const { clientId, clientSecret, server } = await readCredentialsFile(file);
  return new ClientCredentialsFlow({ clientId, clientSecret, server, basicEncoding: 'raw', ...options });
}
