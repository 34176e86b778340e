/**
 * `npm run test:full`: all of `npm test` with its long runs (kills, rounds, the explored protocol, Sentinel and
 * Cluster, logins in Chromium, a million cases for what is fuzzed), those of Redis once more on Valkey where there is a
 * valkey-server and those of the packages over the published files, the packed packages on every runtime, by every
 * TypeScript and in every build, the tests on every Node, MCP's conformance suite, logins at servers that npm has, real
 * clients of the credential protocols, then the torture kit, the faults and the logins after outages at their full size,
 * which write docs/reliability.md.
 */
import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';

const long = { LATCHKEY_FULL: '1', LATCHKEY_KILLS: '300', LATCHKEY_ROUNDS: '20' };

const usual = { LATCHKEY_FULL: undefined, LATCHKEY_KILLS: undefined, LATCHKEY_ROUNDS: undefined };

const hasValkey = spawnSync('valkey-server', ['--version']).status === 0;
const hasStrace = spawnSync('strace', ['-V']).status === 0;

await run(['scripts/test.mjs']);
if (hasValkey) await run(['scripts/test.mjs', 'packages/storage-redis'], { LATCHKEY_REDIS: 'valkey-server' });
else console.log('Left out: the tests of storage-redis on Valkey, since there is no valkey-server on PATH.');
await run(['scripts/test-published.mjs'], usual);
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
else console.log('Left out: system calls that fail, since there is no strace on PATH.');

async function run(command, more) {
  const child = spawn(process.execPath, command, { stdio: 'inherit', env: { ...process.env, ...long, ...more } });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  if (code !== 0) process.exit(code);
}
