/**
 * Measures whether a login that the server still honours when an outage is over can be used then, and writes the third
 * part of docs/reliability.md: `node scripts/reliability/logins.mjs [--seed 1] [--processes 2]`.
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startRedis } from '../redis.mjs';
import { setUp } from '../set-up.mjs';
import { script } from '../steps.mjs';
import { writePart } from './reliability-page.mjs';

const execute = promisify(execFile);
const at = (name) => fileURLToPath(new URL(`logins/${name}`, import.meta.url));

await script(async () => {
  const text = { type: 'string' };
  const processes = { ...text, default: String(availableParallelism()) };
  const { values } = parseArgs({ options: { seed: { ...text, default: '1' }, processes } });
  await setUp();
  const redis = await startRedis();
  try {
    const { isAsExpected, loginsPage } = await import('./logins/page.mjs');
    const result = await measure(redis.url, values.seed, Number(values.processes));
    const page = await loginsPage(result);
    console.log(page);
    if (!isAsExpected(result)) process.exitCode = 1;
    writePart('logins', page);
  } finally {
    redis.server.kill();
  }
});

/** Plays all parts, each in a process of its own. */
async function measure(redisUrl, seed, processes) {
  const { wholeParts } = await import('./logins/plan.mjs');
  const waiting = ['pairs', 'silences', ...wholeParts.keys()].map(String);
  const found = {};
  const began = performance.now();
  const lane = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      found[part] = await playPart(part, redisUrl, seed);
      console.log(
        `logins: part ${part}, ${found[part].length} cells … ${((performance.now() - began) / 1000).toFixed(0)} s`,
      );
    }
  };
  await Promise.all(Array.from({ length: processes }, lane));
  const { pairs, silences, ...whole } = found;
  return { seed, whole: Object.values(whole).flat(), pairs, withoutRule: silences };
}

async function playPart(part, redisUrl, seed) {
  const without = part === 'silences' ? ['--import', new URL('logins/give-up.mjs', import.meta.url).href] : [];
  const { stdout } = await execute(process.execPath, [...without, at('print.mjs'), redisUrl, seed, part], {
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout);
}
