import type { AuthFlowOptions } from '@latchkey/core';
import { type Environment, type Profile, readProfile } from '@latchkey/core/node';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** What a program needs to know of EarthScope, the server and the person aside. */
export interface Settings extends Pick<AuthFlowOptions, 'issuer' | 'domain' | 'server' | 'audience' | 'scope'> {
  readonly profile: string;
  readonly clientId: string;
  /** With a secret, the program logs in as a machine. */
  readonly clientSecret?: string | undefined;
  /** A refresh token to start from, for machines that cannot prompt. */
  readonly refreshToken?: string | undefined;
  /** Where users are looked up. */
  readonly apiUrl: string;
  /** The token file, or the folder for it. */
  readonly tokens: string;
}

/** Where settings are looked for, and those that the program itself decides. */
export interface SettingsOptions {
  readonly profile?: string | undefined;
  readonly env?: Environment | undefined;
  /** Go before all others. */
  readonly overrides?: Partial<Settings> | undefined;
}

const defaults = {
  oauth2: {
    domain: 'login.earthscope.org',
    audience: 'https://account.earthscope.org',
    client_id: 'b9DtAFBd6QvMg761vI3YhYquNZbJX5G0', // EarthScope's own, for programs that log people in
    scope: 'openid profile email offline_access',
  },
  resources: { api_url: 'https://data-idm.unavco.org/user/profile' },
};

/**
 * Reads the settings: `overrides`, else variables such as `ES_OAUTH2__CLIENT_ID`, else the profile and `[default]` in
 * `config.toml`, else `ES_BOOTSTRAP_SETTINGS`, else EarthScope's public ones. All stands in the folder `ES_HOME`.
 */
export async function readSettings(options: SettingsOptions = {}): Promise<Settings> {
  const { profile, env = process.env, overrides } = options;
  const home = env['ES_HOME'] ?? join(homedir(), '.earthscope');
  const file = join(home, 'config.toml');
  const sources = { file, profile, env, environmentPrefix: 'ES_', bootstrapVariable: 'ES_BOOTSTRAP_SETTINGS' };
  const found = await readProfile({ ...sources, defaults });
  return {
    ...found,
    ...(namesServer(overrides) && { issuer: undefined, domain: undefined, server: undefined }),
    apiUrl: apiUrlOf(found),
    tokens: join(home, found.profile, '/'),
    ...overrides,
  };
}

function namesServer({ issuer, domain, server }: Partial<Settings> = {}): boolean {
  return issuer !== undefined || domain !== undefined || server !== undefined;
}

function apiUrlOf({ other }: Profile): string {
  const { resources } = other as { resources?: { api_url?: string } };
  return resources?.api_url ?? defaults.resources.api_url;
}
