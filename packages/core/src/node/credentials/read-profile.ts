import process from 'node:process';
import { MissingCredentialsError } from '../../errors/index.js';
import { lazyPart } from '../../platform/lazy-part.js';
import type { EnvironmentOptions } from './environment.js';
import { variableInAnyCase, variableOf } from './environment-settings.js';
import { flowOptions, missingSettings } from './oauth2-settings.js';
import type { Profile } from './profile.js';
import { withoutOtherServer } from './server-settings.js';
import { bootstrapLayer, defaultsLayer, environmentLayer, fileLayers, type SettingsLayer } from './settings-layers.js';
import { isTree, overlay, type SettingsTree } from './settings-tree.js';

const loadExaminer = lazyPart(() => import('./examine.js'));

/** Where the settings of a profile come from. @group Credentials */
export interface ProfileOptions extends EnvironmentOptions {
  /** A TOML file with `[default]` and `[profile.NAME]`. A file that does not exist is as good as an empty one. */
  readonly file?: string | undefined;
  /** The profile to read. @defaultValue the variable `<environmentPrefix>PROFILE`, else `default` */
  readonly profile?: string | undefined;
  /**
   * What variables with settings begin with: with `ES_`, `ES_OAUTH2__CLIENT_ID` is `oauth2.client_id`. Without it, the
   * environment gives no setting.
   */
  readonly environmentPrefix?: string | undefined;
  /** A variable that holds settings as a JSON object, for machines that are set up by a single value. */
  readonly bootstrapVariable?: string | undefined;
  /** What the program itself presumes, such as `{ oauth2: { client_id: 'cli', domain: 'login.example.org' } }`. */
  readonly defaults?: SettingsTree | undefined;
}

/**
 * Reads the settings of a profile, as a plain object to spread into the options of a flow. It holds the secrets: do not
 * log it.
 *
 * Each leaf comes from the first source that has it: the environment, `[profile.NAME]`, `[default]`, the bootstrap
 * variable, the program's defaults. Blank variables are unset. A source that names the server, by `domain`, `issuer` or
 * endpoints, replaces the other ways in which lower sources name it.
 *
 * ```ts
 * import { DeviceCodeFlow } from '@latchkey/core';
 * import { readProfile } from '@latchkey/core/node';
 *
 * const { other, ...options } = await readProfile({
 *   file: '/home/me/.example/config.toml',
 *   environmentPrefix: 'EXAMPLE_',
 *   defaults: {
 *     oauth2: { client_id: 'example-cli', domain: 'login.example.org' },
 *   },
 * });
 * export const flow = new DeviceCodeFlow({
 *   ...options,
 *   scope: 'openid offline_access',
 * });
 * ```
 *
 * @throws ProfileDoesNotExistError; MissingCredentialsError when no source gives a client id; CredentialsFileError or
 * EnvironmentVariableError for what cannot be used, by the source that it stands in; TypeError for wrong `defaults`
 * @group Credentials
 */
export async function readProfile(options: ProfileOptions): Promise<Profile> {
  const { file, environmentPrefix: prefix, bootstrapVariable, env = process.env } = options;
  if (prefix === '') throw new TypeError('environmentPrefix must not be empty: every variable would be a setting.');
  const chosen = prefix === undefined ? undefined : variableInAnyCase(env, `${prefix}PROFILE`);
  const profile = options.profile ?? chosen ?? 'default';
  const { oauth2, ...other } = await merged([
    defaultsLayer(options.defaults ?? {}),
    ...(bootstrapVariable === undefined ? [] : [bootstrapLayer(bootstrapVariable, env)]),
    ...(await fileLayers(file, profile)),
    ...(prefix === undefined ? [] : [environmentLayer(prefix, env)]),
  ]);
  const settings = isTree(oauth2) ? oauth2 : {};
  const missing = missingSettings(settings).map((name) => `oauth2.${name}`);
  if (missing.length > 0) throw incomplete(missing, profile, options);
  const { options: found, rest } = flowOptions(settings);
  return { profile, ...found, other: Object.keys(rest).length > 0 ? { oauth2: rest, ...other } : other };
}

/** Examines each source by itself, so that a fault is told of the place it stands in, and lays one over another. */
async function merged(layers: readonly SettingsLayer[]): Promise<SettingsTree> {
  const { examineProfile } = await loadExaminer();
  return layers.reduce<SettingsTree>((below, { settings, fault }) => {
    const examined = examineProfile(settings);
    if ('value' in examined) return overlay(withoutOtherServer(below, settings), settings);
    const [first] = examined.faults;
    throw fault(first?.place.join('.') ?? '', first?.expected ?? '');
  }, {});
}

function incomplete(missing: string[], profile: string, options: ProfileOptions): MissingCredentialsError {
  const { file, environmentPrefix: prefix } = options;
  const names = prefix === undefined ? missing : missing.map((place) => variableOf(prefix, place));
  const where = file === undefined ? '' : ` in ${file}`;
  return new MissingCredentialsError(names, {
    message: `The profile ${profile}${where} lacks ${missing.join(', ')}.`,
    remedy: `Set ${missing.join(' and ')} in the profile${prefix === undefined ? '' : `, or ${names.join(' and ')} in the environment`}.`,
  });
}
