import type { ForkOptions } from 'node:child_process';

/** Options of a child process that finds packages as this one does, and takes no other option of Node over. */
export function forkOptions(): ForkOptions {
  const { NODE_OPTIONS = '', ...env } = process.env;
  const options = [...process.execArgv, ...NODE_OPTIONS.split(' ')];
  const execArgv = options.filter((option) => option.startsWith('--conditions='));
  return { env, execArgv, stdio: ['ignore', 2, 2, 'ipc'] };
}
