/** What one call costs, in a loop of awaited calls. */
const batches = 40;

/**
 * The least of 40 batches, each of about `budget` milliseconds, in ns; what else the machine does can only add. The
 * batches are long enough for each to hold its share of garbage collection.
 */
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
  let least = Infinity;
  for (let batch = 0; batch < batches; batch++) least = Math.min(least, (await time(call, size)) / size);
  return least * 1e6;
}

async function time(call, size) {
  const start = performance.now();
  for (let i = 0; i < size; i++) await call();
  return performance.now() - start;
}
