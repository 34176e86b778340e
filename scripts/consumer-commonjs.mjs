/**
 * A CommonJS program in TypeScript that knows no `exports` of packages, compiled and run, and tested by jest as jest
 * does by default.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import ts from 'typescript';
import { expectTold } from './consumer-builds.mjs';
import { root, run, tool } from './steps.mjs';

export const node10 = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  ignoreDeprecations: '6.0',
  esModuleInterop: true,
  lib: ['lib.es2022.d.ts'],
  types: ['node'],
};

const done = 'logged in, saved and renewed, locked by';

/** Returns what is wrong, a line for each error. @param folder - where the tarballs are installed */
export async function commonJsErrors(folder) {
  const tokens = path.join(folder, 'commonjs-tokens.json');
  compile(folder);
  const { output } = await run([process.execPath, path.join(folder, 'log-in.cjs'), tokens]);
  const errors = [
    ...expectTold(`${done} kernel`, output),
    ...(await jestErrors(folder, [process.execPath], 'the transform')),
  ];
  return errors.map((line) => `CommonJS: ${line}`);
}

/** Writes log-in.cjs. */
function compile(folder) {
  const options = { ...node10, target: ts.ScriptTarget.ES2022, strict: true };
  ts.createProgram([path.join(folder, 'log-in.cts')], options).emit();
}

/**
 * Runs jest on a test in CommonJS. A Node before 24.9 needs the transform; later ones, jest's flag.
 *
 * @param node - the command that starts Node
 */
export async function jestErrors(folder, node, how) {
  compile(folder);
  const transformed = {
    transform: { '/@latchkey/.+\\.js$': '<rootDir>/jest-transform.cjs' },
    transformIgnorePatterns: ['/node_modules/(?!.*@latchkey/)'],
  };
  const config = { testMatch: ['<rootDir>/log-in.test.cjs'], ...(how === 'the transform' ? transformed : {}) };
  writeFileSync(path.join(folder, 'jest.config.json'), JSON.stringify(config));
  const [, jest] = tool('jest/bin/jest.js');
  const flags = how === 'the transform' ? [] : ['--experimental-vm-modules'];
  const command = [...node, ...flags, jest, '--no-cache', '--rootDir', folder, '--config', 'jest.config.json'];
  // esbuild, of which the transform is made, is found as a program's own dependency is.
  const { output } = await run(command, { cwd: folder, env: { NODE_PATH: path.join(root, 'node_modules') } });
  const lock = how === 'the transform' ? 'lock file' : 'kernel'; // import.meta is empty behind the transform
  return expectTold(`${done} ${lock}`, output).map((line) => `jest, by ${how}: ${line}`);
}
