import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import process from 'node:process';
import { type Environment, type EnvironmentOptions, isBlank } from '../credentials/environment.js';
import { MissingCredentialsError } from '../../errors/index.js';

/** Options of {@link appFolder}. @group Command lines */
export interface AppFolderOptions extends EnvironmentOptions {
  /** @defaultValue `process.platform` */
  readonly platform?: NodeJS.Platform | undefined;
}

/** What a folder cannot be called somewhere: characters and names that Windows keeps to itself, and those that lead elsewhere. */
// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const refused = /[<>:"/\\|?*\u0000-\u001f\u007f]|^\s|[\s.]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Returns the folder in which a program keeps what it stores for a user, such as tokens; it is not made here (a file
 * storage makes it, for this user alone).
 *
 * - Linux and others: `$XDG_DATA_HOME/<name>`, or `~/.local/share/<name>`. A relative `XDG_DATA_HOME` is ignored, as the XDG
 *   Base Directory Specification says. Not `XDG_CONFIG_HOME`: what is there is written by people, and often kept in a repository.
 * - macOS: `~/Library/Application Support/<name>`
 * - Windows: `%LOCALAPPDATA%\<name>`. Not the roaming folder: it is copied between machines, and of two that hold one
 *   rotating refresh token only the first to use it stays logged in.
 *
 * @param name - the program's name, one folder's name on every system
 * @throws TypeError for a name that no folder can have on some system; MissingCredentialsError where no home is known
 * @group Command lines
 */
export function appFolder(name: string, options: AppFolderOptions = {}): string {
  const { env = process.env, platform = process.platform } = options;
  if (typeof name !== 'string' || name === '' || name.length > 100 || refused.test(name)) {
    throw new TypeError(
      'name must be one name of a folder, of up to 100 characters, without / \\ : * ? " < > | and no dot or space at its end.',
    );
  }
  if (platform === 'win32') {
    const { LOCALAPPDATA } = env;
    const local = isAbsolute(LOCALAPPDATA, win32) ? LOCALAPPDATA : win32.join(home(env, win32), 'AppData', 'Local');
    return win32.join(local, name);
  }
  if (platform === 'darwin') return posix.join(home(env, posix), 'Library', 'Application Support', name);
  const { XDG_DATA_HOME } = env;
  const data = isAbsolute(XDG_DATA_HOME, posix) ? XDG_DATA_HOME : posix.join(home(env, posix), '.local', 'share');
  return posix.join(data, name);
}

function home(env: Environment, path: typeof posix): string {
  const variable = path === win32 ? 'USERPROFILE' : 'HOME';
  const given = env[variable];
  if (isAbsolute(given, path)) return given;
  try {
    const known = homedir();
    if (isAbsolute(known, path)) return known;
  } catch {
    // A user whom the system does not know, as in many containers.
  }
  throw new MissingCredentialsError([variable], {
    message: `No home folder is known for this user: ${variable} is not set to an absolute path.`,
    remedy: `Set ${variable}${path === posix ? ', or XDG_DATA_HOME,' : ''} to a folder that this user may write to.`,
  });
}

function isAbsolute(folder: string | undefined, path: typeof posix): folder is string {
  return !isBlank(folder) && path.isAbsolute(folder);
}
