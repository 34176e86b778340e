/** For tests: installs what they need, where that can be done. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/debian-package.mjs', import.meta.url));

/** @throws Error, with what to type */
export function installFromDebian(name: string, ...packages: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [script, name, ...packages], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  process.stderr.write(stderr);
}
