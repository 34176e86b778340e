import { expect, test } from '@jest/globals';
import { type Burst, burst, type BurstOptions } from './burst.js';

/** How many accounts are due at once: 3,000 with `LATCHKEY_FULL=1`, else a few more than there are places. */
export const accounts = process.env['LATCHKEY_FULL'] === '1' ? 3000 : 48;

const patience = 1_200_000; // milliseconds; 3,000 logins are saved six times, and a disk is slow

/** What many accounts of one process with few descriptors must come to, over any storage. */
export function expectBurst(open: () => Omit<BurstOptions, 'accounts' | 'fails'>): void {
  const run = async (fails: boolean): Promise<Burst> => {
    const came = await burst({ ...open(), accounts, fails });
    const { tokens, ...told } = came;
    if (accounts > 1000) console.log(told);
    expect(new Set(tokens).size).toBe(accounts);
    expect(told).toMatchObject({ served: accounts, reuses: 0 });
    expect(told.mostRequests).toBeLessThanOrEqual(32);
    expect(told.mostLocks).toBeLessThanOrEqual(32);
    return came;
  };

  test(
    'hold 32 locks and requests at most, and are all served',
    async () => {
      expect(await run(false)).toMatchObject({ failures: {}, requests: 2 * accounts });
    },
    patience,
  );

  test(
    'are all served in the end when half of the answers fail',
    async () => {
      const { failures } = await run(true);
      expect(Object.keys(failures).sort()).toEqual(['REFRESH_OUTCOME_UNKNOWN', 'TOKEN_ENDPOINT_UNAVAILABLE']);
    },
    patience,
  );
}
