/** How jest is run: with ESM support, over the build. */
import { tool } from './steps.mjs';

const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Builds the command line of jest with the arguments given. */
export function jestCommand(...args) {
  const [node, ...command] = tool('jest/bin/jest.js', ...args);
  return [node, ...flags, ...command];
}
