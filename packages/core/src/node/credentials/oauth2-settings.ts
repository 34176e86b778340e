import type { Profile } from './profile.js';
import type { SettingsTree } from './settings-tree.js';

const options = {
  client_id: 'clientId',
  client_secret: 'clientSecret',
  domain: 'domain',
  issuer: 'issuer',
  audience: 'audience',
  scope: 'scope',
  redirect_uri: 'redirectUri',
  username: 'username',
  password: 'password',
  access_token: 'accessToken',
  refresh_token: 'refreshToken',
  id_token: 'idToken',
};

const endpoints = {
  token_endpoint: 'tokenEndpoint',
  authorization_endpoint: 'authorizationEndpoint',
  device_authorization_endpoint: 'deviceAuthorizationEndpoint',
  revocation_endpoint: 'revocationEndpoint',
};

/** Tells whether settings name an endpoint of the server. */
export function hasEndpoint(settings: SettingsTree): boolean {
  return Object.keys(endpoints).some((name) => Object.hasOwn(settings, name));
}

/** The names by which settings give the server: a flow takes one way of the three, an issuer beside endpoints aside. */
export const serverNames: readonly string[] = ['domain', 'issuer', ...Object.keys(endpoints)];

/** Lists what settings lack: a client, and the token endpoint where there is another one. */
export function missingSettings(settings: SettingsTree): string[] {
  const needed = hasEndpoint(settings) ? ['client_id', 'token_endpoint'] : ['client_id'];
  return needed.filter((name) => !Object.hasOwn(settings, name));
}

/** Turns examined settings into options of a flow; `rest` is what no option is made from. */
export function flowOptions(settings: SettingsTree): {
  options: Omit<Profile, 'profile' | 'other'>;
  rest: SettingsTree;
} {
  const given = renamed(settings, options);
  const { issuer, ...others } = given;
  const server = hasEndpoint(settings) && {
    server: { ...('issuer' in given && { issuer }), ...renamed(settings, endpoints) },
  };
  const rest = Object.entries(settings).filter(([name]) => !Object.hasOwn({ ...options, ...endpoints }, name));
  return {
    options: (server ? { ...others, ...server } : given) as unknown as Omit<Profile, 'profile' | 'other'>,
    rest: Object.fromEntries(rest),
  };
}

function renamed(settings: SettingsTree, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([setting, option]) =>
      Object.hasOwn(settings, setting) ? [[option, settings[setting]]] : [],
    ),
  );
}
