import { CredentialsFileError, EnvironmentVariableError } from '../../errors/index.js';
import { type Environment, isBlank } from './environment.js';
import { environmentSettings, variableOf } from './environment-settings.js';
import { readProfileTables } from './profile-file.js';
import { isTree, parseJson, type SettingsTree } from './settings-tree.js';

/** Settings of one source. */
export interface SettingsLayer {
  readonly settings: SettingsTree;
  /** Makes the error that says what was expected at a place such as `oauth2.client_id` of this source. */
  readonly fault: (place: string, expected: string) => Error;
}

/** The defaults of a program. */
export function defaultsLayer(settings: SettingsTree): SettingsLayer {
  return {
    settings,
    fault: (place, expected) =>
      new TypeError(place === '' ? `defaults ${expected}.` : `defaults: ${place} ${expected}.`),
  };
}

/** Settings that one variable holds as JSON. @throws EnvironmentVariableError when it holds something else */
export function bootstrapLayer(variable: string, env: Environment): SettingsLayer {
  const text = env[variable];
  const settings = isBlank(text) ? {} : parseJson(text);
  if (!isTree(settings)) throw new EnvironmentVariableError(variable, 'it is not a JSON object');
  return {
    settings,
    fault: (place, expected) => new EnvironmentVariableError(variable, `${place} ${expected}`),
  };
}

/** What a file says of all profiles, and above it what it says of one. @throws as {@link readProfileTables} */
export async function fileLayers(path: string | undefined, profile: string): Promise<SettingsLayer[]> {
  const tables = await readProfileTables(path, profile);
  const layer = (settings: SettingsTree, table: string): SettingsLayer => ({
    settings,
    fault: (place, expected) => new CredentialsFileError(path ?? '', `${place} in ${table} ${expected}`),
  });
  return [layer(tables.default, '[default]'), layer(tables.named, `[profile.${profile}]`)];
}

/** Settings of the variables that begin with a prefix. */
export function environmentLayer(prefix: string, env: Environment): SettingsLayer {
  return {
    settings: environmentSettings(env, prefix),
    fault: (place, expected) => new EnvironmentVariableError(variableOf(prefix, place), `it ${expected}`),
  };
}
