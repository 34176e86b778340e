/** What the contract of storages uses of `node:assert/strict`, for a page. */
const assert = {
  ok(value: unknown, message = 'it does not hold'): void {
    if (!value) throw new Error(message);
  },
  equal(found: unknown, wanted: unknown, message = `${String(found)} is not ${String(wanted)}`): void {
    assert.ok(Object.is(found, wanted), message);
  },
  deepEqual(found: unknown, wanted: unknown): void {
    assert.ok(isDeepEqual(found, wanted), `${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
  },
  doesNotMatch(text: string, pattern: RegExp): void {
    assert.ok(!pattern.test(text), `${text} matches ${String(pattern)}`);
  },
};

export default assert;

/** Compares what JSON can hold, and `undefined`. */
export function isDeepEqual(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  const names = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isDeepEqual(one[name], other[name]))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
