import { addCounts, noCounts, type TortureCounts, type TortureResult } from './torture-result.js';
import { planHits, type PlannedHit } from './plan.js';
import { torturePoints, tortureSignals } from './points.js';
import { decide, type TortureOptions } from './torture-options.js';
import { TortureBench } from './torture-bench.js';

/** How often a hit is tried whose victim does not reach its point, as may happen without the lock. */
const tries = 3;

/**
 * Tortures a storage: real processes renew one login at once, and at each named point of the transaction one of them
 * is killed, or frozen for a while. Counts what must not happen; see {@link TortureCounts}. All processes are gone
 * when it ends, however it ends. Why storages failed and what was no `AuthFlowError` is told on stderr, up to ten reasons.
 *
 * @throws TypeError for malformed options, and on Windows; Error when a process cannot be started; what `createStorage` throws;
 * Error when a login cannot replace a record that a hit left behind
 * @group Torture kit
 */
export async function runTorture(options: TortureOptions): Promise<TortureResult> {
  const plan = decide(options);
  const began = performance.now();
  const counts = new Map<string, TortureCounts>();
  const bench = await TortureBench.start(plan);
  try {
    await bench.logIn();
    const hits = planHits(plan.seed, plan.hits, plan.processes);
    for (let attempt = 0, left = hits; attempt < tries && left.length > 0; attempt++) {
      const missed: PlannedHit[] = [];
      for (const hit of left) {
        const found = await bench.play(hit);
        if (found.hits === 0) missed.push(hit);
        counts.set(nameOf(hit), addCounts(counts.get(nameOf(hit)) ?? noCounts, found));
      }
      left = missed;
    }
  } finally {
    await bench.dispose();
  }
  const rows = torturePoints.flatMap((point) =>
    tortureSignals.map((signal) => ({ point, signal, ...(counts.get(nameOf({ point, signal })) ?? noCounts) })),
  );
  const { seed, processes, profile, guarded, hits: wanted } = plan;
  const { rounds, tokens, errors } = bench;
  const totals = rows.reduce<TortureCounts>(addCounts, noCounts);
  const seconds = (performance.now() - began) / 1000;
  return { seed, processes, profile, guarded, wanted, rounds, tokens, errors, seconds, rows, totals };
}

function nameOf({ point, signal }: Pick<PlannedHit, 'point' | 'signal'>): string {
  return `${point} ${signal}`;
}
