/** The head of a JSON file, or the section of an INI file, that credentials stand under. @group Credentials */
export type CredentialsHead = 'web' | 'installed' | 'auth' | 'RDP';

/** What credentials consist of, each with its names in a file, in lower case; the first name that is there counts. */
export type CredentialsLayout = Readonly<Record<string, readonly string[]>>;

const common = { issuer: ['issuer'], audience: ['audience'], scope: ['scope'] };

const google: CredentialsLayout = {
  ...common,
  clientId: ['client_id'],
  clientSecret: ['client_secret'],
  authorizationEndpoint: ['auth_uri'],
  tokenEndpoint: ['token_uri'],
  redirectUris: ['redirect_uris'],
  scopes: ['scopes'],
};

const isogeo: CredentialsLayout = {
  ...common,
  clientId: ['client_id'],
  clientSecret: ['client_secret'],
  authorizationEndpoint: ['uri_auth'],
  tokenEndpoint: ['uri_token'],
  redirectUri: ['uri_redirect'],
};

const refinitiv: CredentialsLayout = {
  ...common,
  clientId: ['clientid', 'appkey'],
  clientSecret: ['clientsecret'],
  username: ['username'],
  password: ['password'],
};

/** Which layout stands under which head, for each kind of file. */
export const layouts: Readonly<Record<'json' | 'ini', ReadonlyMap<CredentialsHead, CredentialsLayout>>> = {
  json: new Map([
    ['web', google],
    ['installed', google],
  ]),
  ini: new Map([
    ['auth', isogeo],
    ['RDP', refinitiv],
  ]),
};

/** Entries sorted by a layout. */
export interface SortedEntries {
  /** What the layout knows, under its own names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The name that each of these has in the file. */
  readonly names: Readonly<Record<string, string>>;
  /** The rest, as the file has it. */
  readonly other: Readonly<Record<string, unknown>>;
}

/** Sorts the entries of a head by its layout. Names are compared without regard to case. */
export function sortEntries(entries: Readonly<Record<string, unknown>>, layout: CredentialsLayout): SortedEntries {
  const other = new Map(Object.entries(entries));
  const found = Object.entries(layout).flatMap(([field, spellings]) => {
    const named = spellings.flatMap((spelling) => [...other.keys()].filter((name) => name.toLowerCase() === spelling));
    const name = named[0];
    if (name === undefined) return [];
    const value = other.get(name);
    other.delete(name);
    return [{ field, name, value }];
  });
  return {
    fields: Object.fromEntries(found.map(({ field, value }) => [field, value])),
    names: Object.fromEntries(found.map(({ field, name }) => [field, name])),
    other: Object.fromEntries(other),
  };
}
