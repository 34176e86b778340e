/**
 * Chooses cases such that each two values of two dimensions meet in one of them. Each case is the best of twenty that are
 * made around a pair that has not met yet, and are possible; a pair for which none is found is left out.
 */
export function pairwise(dimensions, random, isPossible = () => true) {
  const names = Object.keys(dimensions);
  const missing = new Set();
  for (const [n, one] of names.entries()) {
    for (const other of names.slice(n + 1)) {
      for (const a of dimensions[one].keys())
        for (const b of dimensions[other].keys()) missing.add(pair(one, a, other, b));
    }
  }
  const valuesOf = (indices) => Object.fromEntries(names.map((name) => [name, dimensions[name][indices[name]]]));
  const cases = [];
  while (missing.size > 0) {
    const [wanted] = missing;
    const [one, a, other, b] = JSON.parse(wanted);
    const made = Array.from({ length: 400 }, () => {
      const indices = Object.fromEntries(names.map((name) => [name, random.index(dimensions[name].length)]));
      return { ...indices, [one]: a, [other]: b };
    });
    const tries = made.filter((indices) => isPossible(valuesOf(indices))).slice(0, 20);
    const best = tries
      .map((indices) => pairsOf(indices, names))
      .map((found) => ({ ...found, gain: found.pairs.filter((each) => missing.has(each)).length }))
      .sort((x, y) => y.gain - x.gain)[0];
    for (const each of best?.pairs ?? [wanted]) missing.delete(each);
    if (best) cases.push(valuesOf(best.indices));
  }
  return cases;
}

function pairsOf(indices, names) {
  const pairs = names.flatMap((one, n) =>
    names.slice(n + 1).map((other) => pair(one, indices[one], other, indices[other])),
  );
  return { indices, pairs };
}

function pair(...values) {
  return JSON.stringify(values);
}
