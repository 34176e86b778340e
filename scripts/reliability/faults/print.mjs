/** Prints as JSON what chosen faults do: `node scripts/reliability/faults/print.mjs REDIS_URL SEED ROUNDS FAULT...`. */
import process from 'node:process';
import { runFaults } from './run-faults.mjs';

const [redisUrl, seed, rounds, ...names] = process.argv.slice(2);
const result = await runFaults({ redisUrl, seed: Number(seed), rounds: Number(rounds), names });
process.stdout.write(JSON.stringify(result));
