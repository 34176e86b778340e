import type { Lock } from '@latchkey/core';
import { type Locking, parseLocking } from './locking-kind.js';
import { withFileLock } from './locking.js';
import { probeRoom } from '../file/save-probe.js';
import { type FilePlace, parsePlace, tokenFileOf } from '../file/token-file-path.js';

/** Options of {@link fileLock}. @group Files */
export interface FileLockOptions {
  /**
   * How processes exclude each other. All that share the tokens use one kind, which a file beside them names: `auto`
   * follows it, another kind than that is refused. Rarely needed: where Node and Bun, or a host and its container, share it.
   *
   * @defaultValue `'auto'`
   */
  readonly locking?: Locking | undefined;
}

/**
 * Makes a lock for an application that stores tokens by hooks of its own. The lock of a token file `path` is the
 * file `path` with `.lock` behind it, which is created 0600 and stays; a folder means `sso_tokens.json` inside it.
 * So `fileLock(place)` and `new FileTokenStorage(place)` exclude each other, but not at logins. There is one lock whatever the key,
 * so that accounts are renewed one after another, and one for each key, `path` with a number and `.login.lock` behind it, that is
 * held while a person logs in. `new FileTokenStorage({ folder }, { perKey: true })` as a lock has one for each key throughout.
 *
 * Like a storage, it fails before the task runs when the folder of `path` cannot be written or is full.
 *
 * With the kind `lockfile` the holder is named by the file with the highest number in the folder `path` plus
 * `.lockfile`. A lock whose holder is gone is free at once on the same host (Linux), else when 10 s pass without a
 * heartbeat, provided that somebody waits for 2 s at least.
 *
 * @throws TypeError for a path that is none or another kind of locking. See `Lock` for what `withLock` throws.
 * @group Files
 */
export function fileLock(at: string | FilePlace, options: FileLockOptions = {}): Lock {
  const fileNow = tokenFileOf(parsePlace(at));
  const locking = parseLocking(options.locking);
  return {
    async withLock(key, task, lockOptions) {
      const place = fileNow();
      // A person may be busy for minutes, and another account's be asked meanwhile.
      const file = lockOptions.purpose === 'login' ? `${place}.${numberOf(key)}` : place;
      return withFileLock({ file, locking, probe: probeRoom }, task, lockOptions);
    },
  };
}

function numberOf(key: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', key).slice(0, 16);
}
