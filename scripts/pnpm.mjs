/** The pnpm that package.json names, run by npx, so that Node and npm are all a fresh machine needs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root, run, StepFailed } from './steps.mjs';

export const { packageManager: pnpm } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

export const pnpmOptions = {
  env: { npm_config_manage_package_manager_versions: 'false', npm_config_confirm_modules_purge: 'false' },
  shell: process.platform === 'win32',
};

/** Builds the command line of one call of pnpm, for `step` with `pnpmOptions`. */
export function pnpmCommand(...args) {
  return ['npx', '--yes', pnpm, ...args];
}

/** Finds pnpm for several calls, since npx takes longer than what it runs; resolves to a function that calls it. */
export async function findPnpm() {
  const program = remembered() ?? (await askNpx());
  return async (...args) => {
    const { code, output } = await run([process.execPath, program, ...args], { env: pnpmOptions.env });
    if (code !== 0) throw new StepFailed(output);
  };
}

const memory = path.join(root, 'node_modules', `.latchkey-${pnpm}`);

function remembered() {
  const program = existsSync(memory) ? readFileSync(memory, 'utf8') : '';
  return existsSync(program) ? program : undefined;
}

async function askNpx() {
  const ask = ['npx', '--yes', '--package', pnpm, '--', 'node', '-p', 'process.env.PATH'];
  const { output } = await run(ask, pnpmOptions);
  const folders = output.trim().split('\n').at(-1).split(path.delimiter);
  const program = folders.map((folder) => path.join(folder, '../pnpm/bin/pnpm.cjs')).find((file) => existsSync(file));
  if (program === undefined) throw new StepFailed(`npx did not bring ${pnpm}:\n${output}`);
  writeFileSync(memory, program);
  return program;
}
