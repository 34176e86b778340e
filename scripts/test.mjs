/**
 * `npm test`: sets up, builds, checks format, lint, types, import rules, reference, documented examples and what would
 * be published, then runs all tests. `npm test -- <filter or jest options>` only builds and runs jest with them.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { compile } from './compile.mjs';
import { install } from './install.mjs';
import { jestCommand } from './jest.mjs';
import { parallel, root, script, tool } from './steps.mjs';

// The longest first, so that both lanes end at about the same time.
const checks = [
  { name: 'lint (eslint)', command: tool('eslint/bin/eslint.js', '.') },
  { name: 'packed packages', command: [process.execPath, 'scripts/check-packages.mjs'], tells: true },
  { name: 'guides and reference (typedoc)', command: [process.execPath, 'scripts/check-site.mjs'], tells: true },
  { name: 'types of the tests (tsc)', command: tool('typescript/bin/tsc', '-p', 'tsconfig.test.json') },
  { name: 'public surface', command: [process.execPath, 'scripts/surface.mjs'] },
  { name: 'examples in the documentation', command: [process.execPath, 'scripts/check-examples.mjs'] },
  {
    name: 'import rules (dependency-cruiser)',
    command: tool('dependency-cruiser/bin/dependency-cruise.mjs', 'packages', 'examples'),
  },
  { name: 'format (prettier)', command: tool('prettier/bin/prettier.cjs', '--check', '.') },
];

await script(async () => {
  const filter = process.argv.slice(2);
  await install();
  await compile();
  if (filter.length === 0) await parallel(checks);
  console.log('tests (jest):');
  process.exitCode = await jest(filter);
});

/** Runs jest. All it prints goes to stdout, so that its last line is the last of the output. */
function jest(args) {
  const [node, ...command] = jestCommand(...args);
  const child = spawn(node, command, { cwd: root, stdio: ['inherit', 1, 1] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
