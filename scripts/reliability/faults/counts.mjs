/** What is counted of rounds. */
const noCounts = {
  rounds: 0,
  calls: 0,
  tokens: 0,
  requests: 0,
  reuses: 0,
  lost: 0,
  left: 0,
  excusedReuses: 0,
  excusedLogins: 0,
};

/** The counts that have to be zero. */
const mustBeZero = ['reuses', 'lost', 'left'];

export function addUp(all) {
  const names = Object.keys(noCounts);
  return Object.fromEntries(names.map((name) => [name, all.reduce((sum, counts) => sum + (counts[name] ?? 0), 0)]));
}

export function isUnharmed(counts) {
  return mustBeZero.every((name) => counts[name] === 0);
}
