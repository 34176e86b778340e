/**
 * Uses the packed packages on every runtime that they are for, and runs all tests on every Node that they are for. npx
 * fetches each runtime when it is needed. `node scripts/runtimes.mjs [--quick]` leaves out the tests.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { jestCommand } from './jest.mjs';
import { setUp } from './set-up.mjs';
import { root, run, script, step } from './steps.mjs';
import { packAndInstall } from './tarballs.mjs';

const nodes = ['node@20.19', 'node@22', 'node@24', 'node@26'];
const others = { bun: ['bun@1'], deno: ['deno@2', 'run', '--allow-all', '--node-modules-dir=manual'] };
const oldest = ['node@20.19.0', 'node@22.12.0']; // what `engines` says
const runtimes = { ...Object.fromEntries([...oldest, ...nodes].map((node) => [node, [node]])), ...others };
const programs = ['smoke.mjs', 'smoke.cjs', 'contract.mjs', 'no-descriptors.mjs', 'replaced.mjs'];
const shell = process.platform === 'win32';

await script(async () => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  await setUp();
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-runtimes-'));
  try {
    await packAndInstall(folder);
    cpSync(path.join(root, 'scripts/consumer'), folder, { recursive: true });
    for (const [name, command] of Object.entries(runtimes)) {
      for (const program of programs) {
        await step(`${program} on ${name}`, ['npx', '--yes', ...command, program], { cwd: folder, shell });
      }
    }
    if (values.quick) return;
    for (const node of nodes)
      await step(`tests on ${node}`, [await reachable(node, folder), ...jestCommand().slice(1)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Copies a Node to where every user may run it, since some tests do so as another user. */
async function reachable(node, folder) {
  const { output } = await run(['npx', '--yes', node, '-p', 'process.execPath'], { shell });
  const program = output.trim().split('\n').at(-1);
  const copy = path.join(folder, node, path.basename(program));
  mkdirSync(path.dirname(copy));
  copyFileSync(program, copy);
  for (const place of [folder, path.dirname(copy), copy]) chmodSync(place, 0o755);
  return copy;
}
