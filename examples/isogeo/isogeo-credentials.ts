import { readCredentialsFile } from '@latchkey/core/node';

/** What isogeo-pysdk's `credentials_loader` returns, in camel case. */
export interface IsogeoCredentials {
  /** `group` or `user`: by `CLIENT_TYPE`, `isogeo_type`, or the head of the file. */
  readonly authMode: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `resources:read` where the file, from before August 2019, names none. */
  readonly scopes: readonly string[];
  readonly uriAuth: string | undefined;
  readonly uriToken: string;
  /** Where the API of the token's platform is, without a slash at the end. */
  readonly uriBase: string;
  /** None for a group application. */
  readonly uriRedirect: string | undefined;
  readonly platform: 'prod' | 'qa' | 'unknown';
}

/** Reads the file that Isogeo sends, as JSON or INI. @throws CredentialsFileError; TypeError for a file without secret or server */
export async function isogeoCredentials(file: string): Promise<IsogeoCredentials> {
  const { head, clientId, clientSecret, server, scope, redirectUri, other } = await readCredentialsFile(file);
  if (clientSecret === undefined || !server) throw new TypeError(`${file} names no secret or no token endpoint.`);
  const type = Object.entries(other).find(([name]) => /^(client_type|isogeo_type)$/i.test(name))?.[1];
  return {
    authMode: typeof type === 'string' ? type : head === 'installed' ? 'user' : 'group',
    clientId,
    clientSecret,
    scopes: (scope ?? 'resources:read').split(' '),
    uriAuth: server.authorizationEndpoint,
    uriToken: server.tokenEndpoint,
    uriRedirect: redirectUri,
    ...placesOf(server.tokenEndpoint),
  };
}

/**
 * Where the API is that the tokens of these credentials are for. `ISOGEO_API_URL` counts on premises alone: a token of the
 * test platform never goes to production.
 */
export function apiOf({ platform, uriBase }: IsogeoCredentials): string {
  return (platform === 'unknown' ? process.env['ISOGEO_API_URL'] : undefined) ?? uriBase;
}

/** The API stands beside the server that gives the tokens; on premises, nothing is known but that server. */
function placesOf(tokenEndpoint: string): Pick<IsogeoCredentials, 'uriBase' | 'platform'> {
  const { hostname, origin } = new URL(tokenEndpoint);
  if (hostname === 'id.api.isogeo.com') return { uriBase: 'https://v1.api.isogeo.com', platform: 'prod' };
  if (hostname === 'id.api.qa.isogeo.com') return { uriBase: 'https://api.qa.isogeo.com', platform: 'qa' };
  return { uriBase: origin, platform: 'unknown' };
}
