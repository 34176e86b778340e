import { afterEach } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];
const mounted: string[] = [];

afterEach(() => {
  for (const path of mounted.splice(0)) spawnSync('umount', ['-l', path]); // a mount whose server has ended may be gone
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the test. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'latchkey-file-')));
  made.push(folder);
  return folder;
}

/** Lets what is mounted here be unmounted after the test. */
export function unmountLater(path: string): void {
  mounted.push(path);
}

export const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

/** What the library leaves behind while it works, and should have removed; in the folder of a lock file too. */
export function leftovers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
}
