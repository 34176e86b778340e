import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const script = join(import.meta.dirname, '../../../../scripts/debian-package.mjs');

/** Installs what tests need, where that can be done. @throws Error, with what to type */
export function installFromDebian(name: string, packages: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(process.execPath, [script, name, ...packages], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  process.stderr.write(stderr);
}
