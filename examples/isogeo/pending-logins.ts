import type { AuthorizationState } from '@latchkey/core';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Logins that were started and have not come back yet, in a folder, so that any process of the service can end them.
 * A session store that the processes share does as well.
 */
export class PendingLogins {
  readonly #folder: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
  }

  keep(account: string, state: AuthorizationState): void {
    writeFileSync(join(this.#folder, account), JSON.stringify(state), { mode: 0o600 });
  }

  /** Hands out the state of a login once, to one process. */
  take(account: string): AuthorizationState | undefined {
    const mine = join(this.#folder, `${account}.${randomUUID()}`);
    try {
      renameSync(join(this.#folder, account), mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return JSON.parse(readFileSync(mine, 'utf8')) as AuthorizationState;
    } finally {
      rmSync(mine);
    }
  }
}
