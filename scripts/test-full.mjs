/**
 * `npm run test:full`: all of `npm test` with its long runs (kills, rounds, the explored protocol, Sentinel and
 * Cluster), then the torture kit at its full size, which writes docs/reliability.md.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';

const long = { LATCHKEY_FULL: '1', LATCHKEY_KILLS: '300', LATCHKEY_ROUNDS: '20' };

for (const script of ['scripts/test.mjs', 'scripts/reliability.mjs']) {
  const code = await run(script);
  if (code !== 0) process.exit(code);
}

function run(script) {
  const child = spawn(process.execPath, [script], { stdio: 'inherit', env: { ...process.env, ...long } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
