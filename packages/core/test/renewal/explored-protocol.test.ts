import { describe, expect, test } from '@jest/globals';
import { type Bound, type Exploration, explore, show } from './explore/explore.js';
import type { Fault } from './explore/fault.js';
import {
  alone,
  callerAndLogout,
  latecomer,
  machines,
  pair,
  refusedCallers,
  refusedWithAdoption,
  type Scenario,
  shortLived,
  threeCallers,
  withAdoption,
  withGrace,
  withLogin,
  withLogout,
  withRetries,
} from './explore/scenario.js';

const isFull = process.env['LATCHKEY_FULL'] === '1';
const everything: readonly Scenario[] = [
  alone,
  threeCallers,
  withGrace,
  withAdoption,
  withRetries,
  withLogout,
  withLogin,
  machines,
  refusedCallers,
  shortLived,
  latecomer,
  pair,
];
const worst: readonly Fault[] = ['crash', 'lease lost', 'answer lost', 'save fails'];

const unhindered = everything.map((scenario) => named(scenario, { faults: 0 }));

/**
 * What each `npm test` goes through: every scenario while nothing goes wrong, and the smallest of them with a fault or two.
 * Each wrong renewal that was noticed by one fault among three processes, when the set was chosen, is noticed by these too.
 */
const usual = [
  ...unhindered,
  ...[latecomer, callerAndLogout, refusedCallers, refusedWithAdoption].map((one) => named(one, { faults: 1 })),
  named(alone, { faults: 2 }),
  named(pair, { faults: 2, kinds: ['lease lost', 'answer lost'] }),
];

/** What `npm run test:full` goes through: a fault among three processes, and two or three in the smaller scenarios. */
const full = [
  ...unhindered,
  ...everything.map((scenario) => named(scenario, { faults: 1 })),
  named(alone, { faults: 3 }),
  named(latecomer, { faults: 2 }),
  named(pair, { faults: 3, kinds: worst }),
  named(threeCallers, { faults: 2, kinds: worst }),
  named(refusedCallers, { faults: 2 }),
  named(refusedCallers, { faults: 3, kinds: worst }),
  named(callerAndLogout, { faults: 2 }),
];

function named(scenario: Scenario, bound: Bound): readonly [string, Scenario, Bound] {
  const { faults, kinds } = bound;
  const number = ['no fault', 'one fault', 'two faults', 'three faults'][faults] ?? `${faults} faults`;
  return [kinds ? `${number} of ${kinds.join(', ')}` : number, scenario, bound];
}

function report({ scenario, faults, runs, ended, states, longest, seconds }: Exploration): string {
  const parts = [`${runs} runs (${ended} to their end)`, `${states} states`, `longest ${longest} steps`];
  return `${scenario}, ${faults} faults at most: ${[...parts, `${seconds.toFixed(1)} s`].join(', ')}\n`;
}

async function expectAClaimToFail(scenario: Scenario, bound: Bound, claim: RegExp): Promise<void> {
  const { counterexample } = await explore(scenario, bound);
  expect(counterexample?.claim).toMatch(claim);
  if (isFull && counterexample) process.stdout.write(`${scenario.name}:\n${show(counterexample)}\n`);
}

const left = isFull ? '' : ', but for those that only npm run test:full goes through';

describe(`the protocol, in every order of its steps${left},`, () => {
  test.each(
    (isFull ? full : usual).map(([bound, scenario, limits]) => [scenario.name, bound, scenario, limits] as const),
  )(
    'keeps its claims for %s, with %s',
    async (_name, _bound, scenario, limits) => {
      const exploration = await explore(scenario, limits);
      if (isFull) process.stdout.write(report(exploration));
      expect(exploration.counterexample && show(exploration.counterexample)).toBeUndefined();
      expect(exploration.ended).toBeGreaterThan(0);
    },
    1_800_000,
  );
});

describe('the explorer notices', () => {
  test('a lock that excludes nobody', () =>
    expectAClaimToFail({ ...threeCallers, lock: 'none' }, { faults: 0 }, /nothing went wrong, and [23] requests/));

  test('a storage that does not compare, once a lease is lost', () =>
    expectAClaimToFail(
      { ...withGrace, storage: 'overwrites' },
      { faults: 1, kinds: ['lease lost'] },
      /replaces generation \d+, which it has not read/,
    ));

  test('a logout that such a storage lets a renewal undo', () =>
    expectAClaimToFail(
      { ...callerAndLogout, storage: 'overwrites' },
      { faults: 1, kinds: ['lease lost'] },
      /which it has not read|after a logout/,
    ));

  test('a storage that only says that it saved', () =>
    expectAClaimToFail({ ...threeCallers, storage: 'forgets' }, { faults: 0 }, /neither saved nor reported unsaved/));

  test('a lock that is never freed', () =>
    expectAClaimToFail({ ...threeCallers, lock: 'forever' }, { faults: 0 }, /never ends/));

  test('a server that takes none of its own tokens', () =>
    expectAClaimToFail({ ...threeCallers, rotation: 'forgetful' }, { faults: 0 }, /the login is lost/));

  test('a lock whose signal does not fire', () =>
    expectAClaimToFail(
      { ...refusedCallers, lock: 'deaf' },
      { faults: 1, kinds: ['lease lost'] },
      /after its lock was lost/,
    ));
});
