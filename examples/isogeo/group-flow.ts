import { ClientCredentialsFlow, type ClientCredentialsFlowOptions } from '@latchkey/core';
import { isogeoCredentials } from './isogeo-credentials.js';

/**
 * Reads the file that Isogeo sends, as JSON or INI. Of it, a group application needs the client and the server: its
 * token request has a grant type and nothing else, so the scopes that newer files list stay where they are.
 */
export async function groupFlow(
  file: string,
  options: Partial<ClientCredentialsFlowOptions> = {},
): Promise<ClientCredentialsFlow> {
  const { clientId, clientSecret, uriToken, uriBase } = await isogeoCredentials(file);
  const server = { tokenEndpoint: uriToken };
  const allowedOrigins = [new URL(uriBase).origin];
  return new ClientCredentialsFlow({
    clientId,
    clientSecret,
    server,
    dialect: { basicEncoding: 'raw' },
    allowedOrigins,
    ...options,
  });
}
