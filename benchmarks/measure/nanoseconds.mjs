/** What one call costs, in a loop of awaited calls. */
import { median } from './statistics.mjs';

const batches = 9;

/** Median of nine batches, each of about `budget` milliseconds, after twice as long to warm up. */
export async function nanosecondsPerCall(call, budget) {
  let size = 1;
  for (;;) {
    const took = await time(call, size);
    if (took >= budget) {
      size = Math.max(1, Math.round((size * budget) / took));
      break;
    }
    size = Math.ceil(size * Math.min(10, Math.max(1.5, (1.1 * budget) / Math.max(took, 0.01))));
  }
  await time(call, size);
  const took = [];
  for (let batch = 0; batch < batches; batch++) took.push((await time(call, size)) / size);
  return median(took) * 1e6;
}

async function time(call, size) {
  const start = performance.now();
  for (let i = 0; i < size; i++) await call();
  return performance.now() - start;
}
