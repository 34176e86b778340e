/**
 * `npm run test:full`: all of `npm test` with its long runs (kills, rounds, the explored protocol, Sentinel and
 * Cluster, logins in Chromium, a million cases for what is fuzzed), those of Redis once more on Valkey, those of the
 * packages and the contract over Sentinel and Cluster over the published files, the packed packages on every runtime, by
 * every TypeScript and in every build, the tests on every Node, MCP's conformance suite, logins at servers that npm has,
 * real clients of the credential protocols, then the torture kit, the faults and the logins after outages at their full
 * size, which write docs/reliability.md.
 * What it needs of the system is looked for before all else: it is installed, or the run ends with what to type.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { debian } from './debian-release.mjs';
import { script, StepFailed } from './steps.mjs';

const long = { LATCHKEY_FULL: '1', LATCHKEY_KILLS: '300', LATCHKEY_ROUNDS: '20' };

const usual = { LATCHKEY_FULL: undefined, LATCHKEY_KILLS: undefined, LATCHKEY_ROUNDS: undefined };

const own = mkdtempSync(path.join(tmpdir(), 'latchkey-full-'));
process.once('exit', () => rmSync(own, { recursive: true, force: true }));

await script(async () => {
  const valkey = await findValkey();
  const hasStrace = process.platform === 'linux';
  if (hasStrace && !works('strace', '-V')) await run(['scripts/debian-package.mjs', 'strace', 'strace']);

  await run(['scripts/test.mjs']);
  await run(['scripts/test.mjs', 'packages/storage-redis'], { LATCHKEY_REDIS: valkey });
  await run(['scripts/test-published.mjs'], usual);
  await run(['scripts/test-published.mjs', 'packages/storage-redis/test/full/contract']);
  await run(['scripts/runtimes.mjs'], usual);
  await run(['scripts/typescript-versions.mjs'], usual);
  await run(['scripts/other-builds.mjs'], usual);
  await run(['scripts/conformance.mjs'], usual);
  await run(['scripts/real-servers.mjs'], usual);
  await run(['scripts/credential-protocols.mjs'], usual);
  await run(['scripts/reliability/torture.mjs']);
  await run(['scripts/reliability/faults.mjs']);
  await run(['scripts/reliability/logins.mjs']);
  if (hasStrace) await run(['scripts/reliability/system-calls.mjs']);
  else console.log('Left out: system calls that fail, since strace is for Linux.');
});

/** Debian has it since 13; its program is used beside what the system has. */
async function findValkey() {
  if (works('valkey-server', '--version')) return 'valkey-server';
  try {
    return (await debian('trixie', ['valkey-server'], own))('usr/bin/valkey-server');
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    throw new StepFailed(`${error.message} Or put valkey-server on PATH (https://valkey.io/download).`);
  }
}

function works(program, option) {
  return spawnSync(program, [option]).status === 0;
}

async function run(command, more) {
  const child = spawn(process.execPath, command, { stdio: 'inherit', env: { ...process.env, ...long, ...more } });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  if (code !== 0) throw new StepFailed(`FAILED: ${command.join(' ')}`);
}
