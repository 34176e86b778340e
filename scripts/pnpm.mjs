/** The pinned pnpm, run by npx, so that Node and npm are all a fresh machine needs. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run, StepFailed } from './steps.mjs';

export const pnpm = 'pnpm@10.34.9';

export const pnpmOptions = {
  env: { npm_config_manage_package_manager_versions: 'false', npm_config_confirm_modules_purge: 'false' },
  shell: process.platform === 'win32',
};

/** Builds the command line of one call of pnpm, for `step` with `pnpmOptions`. */
export function pnpmCommand(...args) {
  return ['npx', '--yes', pnpm, ...args];
}

/** Finds pnpm once for several calls, since npx takes longer than what it runs; resolves to a function that calls it. */
export async function findPnpm() {
  const ask = ['npx', '--yes', '--package', pnpm, '--', 'node', '-p', 'process.env.PATH??process.env.Path'];
  const { output } = await run(ask, pnpmOptions);
  const program = output
    .trim()
    .split('\n')
    .at(-1)
    .split(path.delimiter)
    .map((folder) => path.join(folder, '../pnpm/bin/pnpm.cjs'))
    .find((file) => existsSync(file));
  if (program === undefined) throw new StepFailed(`npx did not bring ${pnpm}:\n${output}`);
  return async (...args) => {
    const result = await run([process.execPath, program, ...args], { env: pnpmOptions.env });
    if (result.code !== 0) throw new StepFailed(result.output);
  };
}
