/** Minimum, median, maximum, and ratios of what was measured in the same round. */

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Least, middle and greatest of some values. */
export function spread(values) {
  return { least: Math.min(...values), middle: median(values), greatest: Math.max(...values) };
}

/**
 * The median of the ratios of each round. Candidates of one round ran one after the other, so a machine that grows
 * slower between rounds changes no ratio; the ratio of two medians could compare its fast minutes with its slow ones.
 */
export function ratio(values, references) {
  return median(ratios(values, references));
}

/** How far from 1 the middle half of the ratios of a control reach, which is its reference measured again. */
export function noise(control, reference) {
  const sorted = ratios(control, reference).sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return Math.max(Math.abs(at(0.25) - 1), Math.abs(at(0.75) - 1));
}

function ratios(values, references) {
  const rounds = Math.min(values.length, references.length);
  return Array.from({ length: rounds }, (_, round) => values[round] / references[round]);
}
