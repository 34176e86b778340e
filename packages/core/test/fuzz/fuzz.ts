import { expect } from '@jest/globals';
import fc from 'fast-check';

const isFull = process.env['LATCHKEY_FULL'] === '1';

/** How many cases a surface gets; `LATCHKEY_FUZZ` says otherwise. */
const cases = Number(process.env['LATCHKEY_FUZZ'] ?? (isFull ? 1_000_000 : 500));

/** Replays a run; printed by every failure. */
const seed = Number(process.env['LATCHKEY_SEED'] ?? Date.now() % 2_000_000_000);

/** The runner's patience for one surface, in ms: nothing ends a case that hangs but this. */
export const patience = 60_000 + cases * 6;

/** How often each kind of outcome came. */
export type Kinds = Readonly<Record<string, number>>;

/**
 * Runs many cases. `outcomeOf` throws when a case is wrong, else names the kind of its outcome. Fails on a rejection that
 * nobody handled, and on a change to `Object.prototype`, as well. `share` is the part of the cases that a slow surface gets,
 * but `least` in any case.
 */
export async function fuzz<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  outcomeOf: (value: T) => Promise<string> | string,
  { share = 1, least = 500 } = {},
): Promise<Kinds> {
  const runs = Math.max(Math.round(cases * share), Math.min(cases, least));
  const kinds: Record<string, number> = {};
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  const { stackTraceLimit } = Error;
  let done = 0;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    const kind = await outcomeOf(value);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    // Weak references let go, and rejections are noticed, between tasks only.
    if (++done % 32 === 0) await new Promise((resolve) => setImmediate(resolve));
  });
  process.on('unhandledRejection', note);
  const began = performance.now();
  try {
    Error.stackTraceLimit = 0; // frames hold no text of a case, and cost more than all else
    await fc.assert(property, { numRuns: runs, seed });
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    process.off('unhandledRejection', note);
  }
  const seconds = (performance.now() - began) / 1000;
  if (isFull || cases > 500) process.stdout.write(`${name}: ${report(runs, seconds, kinds)}\n`);
  expect({ seed, unhandled }).toEqual({ seed, unhandled: [] });
  expect(Object.keys(Object.prototype)).toEqual([]);
  return kinds;
}

/**
 * Fails unless each kind came at least once: a property that nothing reaches says nothing. `rare` are kinds that chance
 * may leave out of a few hundred cases.
 */
export function expectKinds(kinds: Kinds, expected: readonly string[], rare: readonly string[] = []): void {
  if (cases < 500) return;
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const wanted = total < 10_000 ? expected : [...expected, ...rare];
  expect({ seed, missing: wanted.filter((kind) => !kinds[kind]), kinds }).toMatchObject({ missing: [] });
}

function report(runs: number, seconds: number, kinds: Kinds): string {
  const counts = Object.entries(kinds).sort(([, a], [, b]) => b - a);
  return `${runs} cases, ${seconds.toFixed(0)} s; ${counts.map(([kind, count]) => `${kind} ${count}`).join(', ')}`;
}
