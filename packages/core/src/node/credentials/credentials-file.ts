import { extname } from 'node:path';
import type { ServerEndpoints } from '../../options/server-endpoints.js';
import { CredentialsFileError } from '../../errors/index.js';
import { lazyPart } from '../../platform/lazy-part.js';
import { type CredentialsHead, layouts, sortEntries } from './credentials-layout.js';
import type { CheckedCredentials } from './examine.js';
import { parseIni } from './ini.js';
import { isTree, parseJson, type SettingsTree } from './settings-tree.js';
import { checkPath, malformed, readTextFile } from './text-file.js';
import { withoutUndefined } from './without-undefined.js';

const loadExaminer = lazyPart(() => import('./examine.js'));

/**
 * What a credentials file says: options of a flow, and what belongs to no option. What the file lacks is absent.
 *
 * @group Credentials
 */
export interface FileCredentials {
  /** Where in the file they stood. Isogeo gives `web` to group applications and `installed` to those with users. */
  readonly head: CredentialsHead;
  /** The client's id. In `[RDP]`, `appKey` stands in for a missing `clientId`. */
  readonly clientId: string;
  /** The client's secret. */
  readonly clientSecret?: string;
  /** The server's endpoints, when the file gives a token endpoint. */
  readonly server?: ServerEndpoints;
  /** The server's issuer, when the file gives one and no token endpoint. */
  readonly issuer?: string;
  /** What tokens are for. */
  readonly audience?: string;
  /** Scopes, separated by spaces. */
  readonly scope?: string;
  /** The first of the redirect URIs that leads back to a program, else the first. */
  readonly redirectUri?: string;
  /** All redirect URIs that the client is registered with. */
  readonly redirectUris?: readonly string[];
  /** The person's or machine's name at the server. */
  readonly username?: string;
  /** The password that goes with it. */
  readonly password?: string;
  /** All other entries, as the file has them: Isogeo's `kind`, RDP's `uuid`, `CLIENT_TYPE`. */
  readonly other: Readonly<Record<string, unknown>>;
}

/**
 * Reads client credentials from a file, as a plain object to spread into the options of a flow. It holds the secrets:
 * do not log it.
 *
 * - `.json`, as Google's consoles and Isogeo write it: `client_id`, `client_secret`, `auth_uri`, `token_uri`,
 *   `redirect_uris` and `scopes` under `web` or `installed`.
 * - `.ini` and `.cfg`: `CLIENT_ID`, `CLIENT_SECRET`, `URI_AUTH`, `URI_TOKEN` and `URI_REDIRECT` in the section `[auth]`,
 *   or `username`, `password`, `clientId` and `clientSecret` in `[RDP]`. Names are read in any case and values as they
 *   stand, without quotes, escapes or comments in them.
 *
 * All may have `issuer`, `audience` and `scope` as well. Profiles in TOML are for {@link readProfile}.
 *
 * ```ts
 * import { ClientCredentialsFlow } from '@latchkey/core';
 * import { readCredentialsFile } from '@latchkey/core/node';
 *
 * const credentials = await readCredentialsFile('client_secrets.json');
 * export const flow = new ClientCredentialsFlow({
 *   scope: 'resources:read',
 *   ...credentials,
 * });
 * ```
 *
 * @throws CredentialsFileError that names the file, the place in it and what was expected, never a value
 * @group Credentials
 */
export async function readCredentialsFile(path: string): Promise<FileCredentials> {
  const format = formatOf(checkPath(path));
  const text = await readTextFile(path);
  if (text === undefined) {
    throw new CredentialsFileError(path, 'it does not exist', {
      code: 'CREDENTIALS_FILE_MISSING',
      remedy: 'Check the path, or download the file from where the client was registered.',
    });
  }
  const content = format === 'json' ? jsonContent(text, path) : parseIni(text, path);
  for (const [head, layout] of layouts[format]) {
    const entries = Object.hasOwn(content, head) ? content[head] : undefined;
    if (!isTree(entries)) continue;
    const { fields, names, other } = sortEntries(entries, layout);
    const nameOf = (field: string): string => names[field] ?? layout[field]?.[0] ?? field;
    return { head, ...asOptions(await check(fields, nameOf, path)), other };
  }
  assertNotOfGoogle(content, path);
  const expected = [...layouts[format].keys()].map((head) => (format === 'json' ? `"${head}"` : `[${head}]`));
  throw new CredentialsFileError(path, `it has no ${expected.join(' or ')} at its head`, {
    code: 'CREDENTIALS_FILE_HEAD_MISSING',
  });
}

/** Where a person copied the code from a page; Google's files of before 2022 name it first, and its server refuses it. */
const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

/** Files of Google that are right, and no client of OAuth: downloading them again brings the same. */
const filesOfGoogle: Readonly<Record<string, readonly [is: string, remedy: string]>> = {
  service_account: [
    'it is the key of a service account, which holds no client',
    'Read it as JSON, and use JwtBearerFlow with `googleServiceAccount({ email: client_email, key: private_key, keyId: private_key_id, scope })` of @latchkey/core/servers.',
  ],
  authorized_user: [
    'it is the login of a person, as gcloud keeps it',
    'Read it as JSON, and use RefreshTokenFlow with its client_id, client_secret and refresh_token.',
  ],
  external_account: [
    'it says how a token from elsewhere is exchanged',
    'Read it as JSON, and use TokenExchangeFlow with its token_url, audience and subject_token_type.',
  ],
};

function assertNotOfGoogle(content: SettingsTree, path: string): void {
  const type = Object.hasOwn(content, 'type') ? content['type'] : undefined;
  const known = typeof type === 'string' && Object.hasOwn(filesOfGoogle, type) ? filesOfGoogle[type] : undefined;
  if (!known) return;
  const [reason, remedy] = known;
  throw new CredentialsFileError(path, reason, { code: 'CREDENTIALS_FILE_HEAD_MISSING', remedy });
}

function formatOf(path: string): 'json' | 'ini' {
  const suffix = extname(path).toLowerCase();
  if (suffix === '.json') return 'json';
  if (suffix === '.ini' || suffix === '.cfg') return 'ini';
  throw new CredentialsFileError(path, 'its name does not end in .json, .ini or .cfg', {
    code: 'CREDENTIALS_FILE_UNSUPPORTED',
    remedy: 'Name the file by its format; profiles in TOML are read by readProfile.',
  });
}

function jsonContent(text: string, path: string): SettingsTree {
  const content = parseJson(text);
  if (content === undefined) throw malformed(path, 'it is not valid JSON');
  return isTree(content) ? content : {};
}

async function check(
  fields: Readonly<Record<string, unknown>>,
  nameOf: (field: string) => string,
  path: string,
): Promise<CheckedCredentials> {
  const { examineCredentials } = await loadExaminer();
  const examined = examineCredentials(fields);
  if ('value' in examined) return examined.value;
  const faults = examined.faults.map(({ place: [field = '', ...deeper], expected }) =>
    [[nameOf(field), ...deeper].join('.'), expected].join(' '),
  );
  throw new CredentialsFileError(path, faults.join(', '));
}

function asOptions(checked: CheckedCredentials): Omit<FileCredentials, 'head' | 'other'> {
  const { tokenEndpoint, authorizationEndpoint, issuer, scopes, redirectUri, redirectUris, ...options } = checked;
  const all = redirectUris ?? (redirectUri === undefined ? [] : [redirectUri]);
  return withoutUndefined({
    ...options,
    scope: options.scope ?? scopes?.join(' '),
    ...(tokenEndpoint === undefined
      ? { issuer }
      : { server: withoutUndefined({ issuer, tokenEndpoint, authorizationEndpoint }) }),
    ...(all.length > 0 && { redirectUri: all.find((uri) => !uri.startsWith(outOfBand)) ?? all[0], redirectUris: all }),
  });
}
