/** How jest is run: with ESM support, over the build. */
import { spawn } from 'node:child_process';
import { root, tool } from './steps.mjs';

const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Builds the command line of jest with the arguments given. */
export function jestCommand(...args) {
  const [node, ...command] = tool('jest/bin/jest.js', ...args);
  return [node, ...flags, ...command];
}

/** Runs jest, and resolves to its exit code. All it prints goes to stdout, so that its last line is the last of all. */
export function runJest(args) {
  console.log('tests (jest):');
  const [node, ...command] = jestCommand(...args);
  const child = spawn(node, command, { cwd: root, stdio: ['inherit', 1, 1] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
