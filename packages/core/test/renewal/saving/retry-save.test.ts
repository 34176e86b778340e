import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { StorageConflictError } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { retryFor } from '../../../dist/renewal/saving/retry-save.js';

const failure = new Error('read-only');

afterEach(() => {
  jest.restoreAllMocks();
});

describe('trying for some time', () => {
  test('ends when the clock says so', async () => {
    const clock = new TestClock({ autoAdvance: true });
    const began = clock.now();
    jest.spyOn(process, 'hrtime').mockReturnValue([0, 0]);
    expect(await retryFor(3000, clock, () => Promise.reject(failure))).toEqual({ error: failure });
    expect(clock.now() - began).toBe(2550);
  });

  test('is not prolonged by a clock that is set back by an hour', async () => {
    const clock = new TestClock({ autoAdvance: true });
    let attempts = 0;
    jest.spyOn(process, 'hrtime').mockImplementation(() => [attempts, 0]);
    const attempt = (): Promise<void> => {
      if (++attempts === 1) clock.set(clock.now() - 3_600_000);
      return Promise.reject(failure);
    };
    expect(await retryFor(3000, clock, attempt)).toEqual({ error: failure });
    expect(attempts).toBe(3);
  });

  test('ends at once when somebody else has saved', async () => {
    const conflict = new StorageConflictError({ expected: 1 });
    const clock = new TestClock();
    await expect(retryFor(3000, clock, () => Promise.reject(conflict))).rejects.toBe(conflict);
  });
});
