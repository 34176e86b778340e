/**
 * Uses the packed packages on every runtime that they are for, and runs all tests on every Node that they are for. npx
 * fetches each runtime when it is needed. `node scripts/runtimes.mjs [--quick]` leaves out the tests.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { compile } from './compile.mjs';
import { install } from './install.mjs';
import { jestCommand } from './jest.mjs';
import { root, script, step } from './steps.mjs';
import { packAndInstall } from './tarballs.mjs';

const nodes = ['node@20.19', 'node@22', 'node@24', 'node@26'];
const others = { bun: ['bun@1'], deno: ['deno@2', 'run', '--allow-all', '--node-modules-dir=manual'] };
const runtimes = { ...Object.fromEntries(nodes.map((node) => [node, [node]])), ...others };
const programs = ['smoke.mjs', 'smoke.cjs', 'contract.mjs'];
const shell = process.platform === 'win32';

await script(async () => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  await install();
  await compile();
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-runtimes-'));
  try {
    await packAndInstall(folder);
    cpSync(path.join(root, 'scripts/consumer'), folder, { recursive: true });
    for (const [name, command] of Object.entries(runtimes)) {
      for (const program of programs) {
        await step(`${program} on ${name}`, ['npx', '--yes', ...command, program], { cwd: folder, shell });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.quick) return;
  for (const node of nodes)
    await step(`tests on ${node}`, ['npx', '--yes', node, ...jestCommand().slice(1)], { shell });
});
