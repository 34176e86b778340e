/** Tells whether what a process uses grows with time. */
const mebibyte = 2 ** 20;
/** Connections that are kept open come and go; those of a leak do not stop at a few. */
const fewHandles = 8;

/**
 * Compares the last quarter of a run with its second, by their medians: the heap and what its objects hold outside of it may
 * grow by a fifth and 2 MiB, handles and files by 8. Returns what grew by more, as text.
 */
export function whatGrew(samples) {
  const quarter = Math.floor(samples.length / 4);
  const early = samples.slice(quarter, 2 * quarter);
  const late = samples.slice(-quarter);
  const limits = {
    heap: (median) => 1.2 * median + 2 * mebibyte,
    handles: (median) => median + fewHandles,
    files: (median) => median + fewHandles,
  };
  return Object.entries(limits).flatMap(([name, limit]) => {
    const [before, after] = [early, late].map((part) => medianOf(part.map((sample) => sample[name])));
    return after <= limit(before) ? [] : [`${name} grew from ${before} to ${after}`];
  });
}

function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
