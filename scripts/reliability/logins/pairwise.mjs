/**
 * Chooses cases such that each two values of two dimensions meet in one of them. Each case is the best of twenty that are
 * made around a pair that has not met yet.
 */
export function pairwise(dimensions, random) {
  const names = Object.keys(dimensions);
  const missing = new Set();
  for (const [n, one] of names.entries()) {
    for (const other of names.slice(n + 1)) {
      for (const a of dimensions[one].keys())
        for (const b of dimensions[other].keys()) missing.add(pair(one, a, other, b));
    }
  }
  const cases = [];
  while (missing.size > 0) {
    const [one, a, other, b] = JSON.parse(missing.values().next().value);
    const tries = Array.from({ length: 20 }, () => {
      const indices = Object.fromEntries(names.map((name) => [name, random.index(dimensions[name].length)]));
      return pairsOf({ ...indices, [one]: a, [other]: b }, names);
    });
    const best = tries.map((found) => ({ ...found, gain: found.pairs.filter((each) => missing.has(each)).length }));
    const { indices, pairs } = best.sort((x, y) => y.gain - x.gain)[0];
    for (const each of pairs) missing.delete(each);
    cases.push(Object.fromEntries(names.map((name) => [name, dimensions[name][indices[name]]])));
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
