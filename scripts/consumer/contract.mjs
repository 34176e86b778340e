/** Runs the storage contract on files, on whatever runtime this is, with a test runner of four lines. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { describeTokenStorage } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';

// The addon that the kernel's lock needs runs on Node only.
const isNode = !('Bun' in globalThis || 'Deno' in globalThis);
const kinds = isNode ? ['kernel', 'lockfile'] : ['lockfile'];

const tests = [];
const describe = (_name, body) => body();
const test = (name, body) => tests.push({ name, body });

for (const locking of kinds) {
  const open = (place) => new FileTokenStorage(place, { locking });
  const fixture = {
    create: async () => open(path.join(await mkdtemp(path.join(tmpdir(), 'latchkey-contract-')), 'tokens.json')),
    reopen: async (storage) => open(storage.id),
    dispose: (storage) => rm(path.dirname(storage.id), { recursive: true, force: true }),
    manyKeys: false,
  };
  describeTokenStorage(locking, { describe, test }, fixture);
}

let failed = 0;
for (const { name, body } of tests) {
  try {
    await body();
  } catch (error) {
    failed += 1;
    console.error(`${name}: ${error.stack}`);
  }
}
console.log(`contract: ${tests.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
