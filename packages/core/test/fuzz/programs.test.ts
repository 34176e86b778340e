import { describe, expect, test } from '@jest/globals';
import { fuzz, patience } from './fuzz.js';
import { Run, worlds } from './programs.js';

describe('Random programs of flows on one storage', () => {
  test(
    'are given no token but of their kind, account and scopes, and overwrite no login',
    async () => {
      const seen: Record<string, number> = {};
      await fuzz(
        'programs',
        worlds,
        async (world) => {
          const run = new Run(world);
          await run.toEnd();
          for (const [what, times] of Object.entries(run.seen)) seen[what] = (seen[what] ?? 0) + times;
          return world.place;
        },
        { share: 0.005, least: 300 },
      );
      const expected = ['its own', 'wider', 'CREDENTIAL_MISMATCH', 'SCOPE_MISSING', 'NO_TOKENS'];
      expect({ missing: expected.filter((what) => !seen[what]), seen }).toMatchObject({ missing: [] });
    },
    patience,
  );

  test.each(['token', 'interactive'] as const)('of one login and three scopes that ask at once (%s)', async (call) => {
    const step = { program: 0, call, autoRefreshThreshold: undefined };
    const one = { account: 'ada', isNamed: true, process: 0, autoRefreshThreshold: undefined } as const;
    const flow = call === 'token' ? 'machine' : 'person';
    const run = new Run({
      place: 'memory',
      programs: (['a', 'b', 'c'] as const).map((scope) => ({ ...one, flow, scope })),
      answers: ['left out'],
      lifetime: 3600,
      rounds: [{ steps: [step], isByAll: true, pause: 0 }],
    });
    await run.toEnd();
    expect(run.seen['its own']).toBe(3);
  });
});
