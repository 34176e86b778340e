/**
 * How jest is run: with ESM support, over the build. Programs that the tests start use the files that are published, as those
 * of users do, which also start sooner than a hundred modules.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { publishedFiles } from './published-condition.mjs';
import { root, tool } from './steps.mjs';

const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Builds the command line of jest with the arguments given. */
export function jestCommand(...args) {
  const [node, ...command] = tool('jest/bin/jest.js', ...args);
  return [node, ...flags, ...command];
}

/**
 * Runs jest, with some variables more, and resolves to its exit code. All it prints goes to stdout, so that its last line
 * is the last of all.
 */
export async function runJest(args, variables = {}) {
  console.log('tests (jest):');
  const [node, ...command] = jestCommand(...args);
  const child = spawn(node, command, { cwd: root, env: { ...environment(), ...variables }, stdio: ['inherit', 1, 1] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function environment() {
  const { NODE_EXTRA_CA_CERTS: authorities, ...env } = process.env;
  // Each process of Node 20 would read them as it starts. Only the full run speaks to more than loopback.
  if (env.LATCHKEY_FULL === '1') env.NODE_EXTRA_CA_CERTS = authorities;
  return { ...env, NODE_OPTIONS: publishedFiles };
}
