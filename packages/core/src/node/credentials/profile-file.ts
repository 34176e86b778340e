import { CredentialsFileError, ProfileDoesNotExistError } from '../../errors/index.js';
import { lazyPart } from '../../platform/lazy-part.js';
import { isTree, type SettingsTree } from './settings-tree.js';
import { malformed, readTextFile } from './text-file.js';

const loadToml = lazyPart(() => import('./toml.js'));

/** The settings of a profile as a TOML file has them, those for all profiles first. */
export interface ProfileTables {
  /** `[default]` */
  readonly default: SettingsTree;
  /** `[profile.NAME]` */
  readonly named: SettingsTree;
}

/**
 * Reads `[default]` and `[profile.NAME]` of a TOML file. The profile `default` is always there, even without a file.
 *
 * @throws CredentialsFileError, ProfileDoesNotExistError
 */
export async function readProfileTables(path: string | undefined, profile: string): Promise<ProfileTables> {
  const content = path === undefined ? {} : await readToml(path);
  const table = (parent: SettingsTree, name: string, place: string): SettingsTree => {
    const value = Object.hasOwn(parent, name) ? parent[name] : {};
    if (isTree(value)) return value;
    throw new CredentialsFileError(path ?? '', `${place} must be a table`);
  };
  const profiles = table(content, 'profile', 'profile');
  if (profile !== 'default' && !Object.hasOwn(profiles, profile)) {
    throw new ProfileDoesNotExistError(profile, [...new Set(['default', ...Object.keys(profiles)])]);
  }
  return {
    default: table(content, 'default', '[default]'),
    named: table(profiles, profile, `[profile.${profile}]`),
  };
}

async function readToml(path: string): Promise<SettingsTree> {
  const text = await readTextFile(path);
  if (text === undefined) return {};
  const parsed = (await loadToml()).parseToml(text);
  if ('content' in parsed) return parsed.content;
  throw malformed(path, `it is not valid TOML${parsed.fault}`);
}
