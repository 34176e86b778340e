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
export function isUnharmed({ counts, grace }) {
  const { unlike, asked, reuses, left, longPauses } = counts;
  return unlike === 0 && asked === 0 && left === 0 && longPauses === 0 && (grace === 0 || reuses === 0);
}

/** The values of a property, in the order in which they come. */
export function valuesOf(cells, property) {
  return [...new Set(cells.map((cell) => cell[property]))];
}
