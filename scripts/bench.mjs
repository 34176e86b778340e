/**
 * `npm run bench`: installs the peers, packs and installs the packages as their users do, and measures them side by
 * side. Writes docs/performance.md and docs/scale.md. `-- --rows 1,5` only these rows, `-- --rounds 3`, `-- --quick`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { installBuildBefore } from './build-before.mjs';
import { packages } from './packages.mjs';
import { pnpmCommand, pnpmOptions } from './pnpm.mjs';
import { setUp } from './set-up.mjs';
import { root, script, step } from './steps.mjs';
import { packAndInstall } from './tarballs.mjs';

const folder = path.join(root, 'benchmarks');

await script(async () => {
  await setUp();
  await step('install the peers', pnpmCommand('install', '--frozen-lockfile', '--prefer-offline'), {
    ...pnpmOptions,
    cwd: folder,
  });
  await installLatchkey();
  await installBuildBefore(path.join(folder, 'node_modules/.latchkey-before'));
  const measured = await shown('run.mjs', ...process.argv.slice(2));
  const modelled = await shown('scale/simulate.mjs', ...process.argv.slice(2).filter((arg) => arg === '--quick'));
  process.exitCode = measured || modelled;
});

/** Runs a program of the benchmark, with all that it prints. */
function shown(program, ...args) {
  const child = spawn(process.execPath, [path.join(folder, program), ...args], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** Beside the peers stand links to the packages, installed from their tarballs with what they need themselves. */
async function installLatchkey() {
  const place = path.join(folder, 'node_modules/.latchkey');
  const scope = path.join(folder, 'node_modules/@latchkey');
  for (const old of [place, scope]) rmSync(old, { recursive: true, force: true });
  await packAndInstall(place);
  mkdirSync(scope);
  for (const name of packages) {
    // One link, as a package manager would make it.
    symlinkSync(realpathSync(path.join(place, 'node_modules/@latchkey', name)), path.join(scope, name));
  }
  if (!existsSync(path.join(scope, 'core/bundle/index.js'))) throw new Error('The packages were not installed.');
}
