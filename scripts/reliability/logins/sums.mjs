/** Sums of what cells came to. */
const counted = [
  'cells',
  'logins',
  'honoured',
  'usable',
  'unlike',
  'asked',
  'reuses',
  'left',
  'longPauses',
  'requests',
];

export function sumOf(cells) {
  return Object.fromEntries(counted.map((name) => [name, cells.reduce((sum, { counts }) => sum + counts[name], 0)]));
}

/** Whether whoever is honoured is usable, nobody else is, and nothing else went wrong. */
export function isUnharmed({ counts }) {
  const { unlike, asked, reuses, left, longPauses } = counts;
  return [unlike, asked, reuses, left, longPauses].every((count) => count === 0);
}

/** The values of a property, in the order in which they come. */
export function valuesOf(cells, property) {
  return [...new Set(cells.map((cell) => cell[property]))];
}
