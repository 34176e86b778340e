/**
 * Lets faults of all kinds befall each flow over each storage, and writes the second part of docs/reliability.md:
 * `node scripts/reliability/faults.mjs [--rounds 20] [--seed 1]`.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startRedis } from '../redis.mjs';
import { setUp } from '../set-up.mjs';
import { script } from '../steps.mjs';
import { writePart } from './reliability-page.mjs';

await script(async () => {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { rounds: { ...text, default: '20' }, seed: { ...text, default: '1' } } });
  await setUp();
  writePart('faults', await playFaults(Number(values.rounds), Number(values.seed)));
});

async function playFaults(rounds, seed) {
  const { runFaults } = await import('./faults/run-faults.mjs');
  const { faultsPage, isAsExpected } = await import('./faults/page.mjs');
  const redis = await startRedis();
  try {
    const tell = (place, seconds) => console.log(`faults: ${place} … ${seconds.toFixed(0)} s`);
    const result = await runFaults({ rounds, seed, redisUrl: redis.url, tell });
    if (!isAsExpected(result)) process.exitCode = 1;
    return await faultsPage(result);
  } finally {
    redis.server.kill();
  }
}
