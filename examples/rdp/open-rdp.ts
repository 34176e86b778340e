import { ClientCredentialsFlow, type PrivateKey } from '@latchkey/core';
import { readCredentialsFile } from '@latchkey/core/node';
import { readFile } from 'node:fs/promises';
import { rdpTokenFile } from './rdp-form.js';
import { RdpSession } from './rdp-session.js';
import { serviceAccount } from './service-account.js';

/** Where credentials and tokens are. */
export interface RdpSettings {
  /** An INI file with `[RDP]`. */
  readonly credentials: string;
  readonly tokenFile: string;
  /** A JWK of a service account that signs assertions. */
  readonly key?: string | undefined;
  /** The token endpoint, where it is not RDP's own. */
  readonly authUrl?: string | undefined;
  readonly takeExclusiveSignOnControl?: boolean | undefined;
}

/** Makes what the credentials are for: a session of a user name, else a service account. */
export async function openRdp(settings: RdpSettings): Promise<RdpSession | ClientCredentialsFlow> {
  const { credentials, tokenFile, key, authUrl, takeExclusiveSignOnControl } = settings;
  const { username, password, clientId, clientSecret, other } = await readCredentialsFile(credentials);
  const server = authUrl === undefined ? {} : { server: { tokenEndpoint: authUrl } };
  const common = { ...server, clientId, storage: rdpTokenFile(tokenFile) };
  if (other['authenticationType'] !== 'v2' && username !== undefined && password !== undefined) {
    return new RdpSession({ ...common, username, password, takeExclusiveSignOnControl });
  }
  if (key === undefined) return serviceAccount({ ...common, clientSecret });
  return serviceAccount({ ...common, clientKey: async () => JSON.parse(await readFile(key, 'utf8')) as PrivateKey });
}
