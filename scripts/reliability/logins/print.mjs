/**
 * Prints as JSON what one part of a run came to: `node scripts/reliability/logins/print.mjs REDIS_URL SEED PART`, where the
 * part is `short`, `pairs`, `silences` or the number of a storage and flow that are played in full.
 */
import process from 'node:process';
import { pairsPlan, shortPlan, silencesPlan, wholeParts, wholePlan } from './plan.mjs';
import { runLogins } from './run-logins.mjs';

const [redisUrl, seed, part] = process.argv.slice(2);
const plans = {
  short: (outages) => shortPlan(outages, Number(seed)),
  pairs: (outages) => pairsPlan(outages, Number(seed)),
  silences: silencesPlan,
};
const choose = plans[part] ?? ((outages) => wholePlan(wholeParts[part], outages));
process.stdout.write(JSON.stringify(await runLogins(choose, redisUrl)));
