import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LockLostError } from '@latchkey/core';
import { moment } from '../dist/lease/elapsed.js';
import { LeaseLock } from '../dist/lease/lease-lock.js';
import { Lease } from '../dist/lease/redis-lease.js';
import { waiting } from './some.js';

const duration = 9000;
const beat = duration / 3;

/** A lease and its signal, read once, so that only the timer can notice an end after that. */
function take(renew: () => Promise<boolean>) {
  const taken = { place: 'here', lock: 'lock', owner: 'us', duration, takenAt: moment(), stored: null };
  let renewals = 0;
  const counted = (): Promise<boolean> => (renewals++, renew());
  const lease = new Lease({ ...taken, renew: counted });
  const { signal } = lease;
  return { lease, signal, renewals: () => renewals };
}

const ours = async (): Promise<boolean> => true;
const outOfReach = () => Promise.reject(new Error('out of reach'));
const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);
/** Sets the wall clock alone. */
const setForward = (milliseconds: number) => jest.setSystemTime(Date.now() + milliseconds);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('A lease that is in Redis', () => {
  test('outlives a wall clock that is set forward past its end, and is renewed as before', async () => {
    const { lease, signal, renewals } = take(ours);
    await pass(beat / 2);
    setForward(10 * duration);
    await pass(3 * beat);
    expect([renewals(), signal.aborted]).toEqual([3, false]);
    expect(lease.signal.aborted).toBe(false);
    lease.lose();
  });

  test('is in doubt after such a jump, for who looks before the next renewal', async () => {
    const { lease, signal } = take(ours);
    setForward(duration);
    expect(lease.signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(LockLostError);
  });

  test('is given up when somebody else has it by now', async () => {
    const { signal, renewals } = take(async () => false);
    await pass(2 * beat);
    expect([renewals(), signal.aborted]).toEqual([1, true]);
  });

  test('counts from before the renewal was sent', async () => {
    let isReachable = true;
    const answerLate = async (): Promise<boolean> => {
      if (!isReachable) return outOfReach();
      isReachable = false;
      await new Promise((resolve) => setTimeout(resolve, beat / 2));
      return true;
    };
    const { signal } = take(answerLate);
    await pass(4 * beat - 1);
    expect(signal.aborted).toBe(false);
    await pass(1);
    expect(signal.aborted).toBe(true);
  });
});

describe('A lease whose Redis is out of reach', () => {
  test('is kept until it has run out, and renewed when Redis is back in time', async () => {
    let isBack = false;
    const { lease, signal } = take(() => (isBack ? ours() : outOfReach()));
    await pass(1.5 * beat);
    isBack = true;
    await pass(beat);
    isBack = false;
    await pass(2 * beat);
    expect(signal.aborted).toBe(false);
    lease.lose();
  });

  test('is lost when it has run out', async () => {
    const { signal, renewals } = take(outOfReach);
    await pass(3 * beat - 1);
    expect([renewals(), signal.aborted]).toEqual([2, false]);
    await pass(1);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(LockLostError);
  });

  test('is lost when it has run out by the wall clock alone, as after a sleep of the machine', async () => {
    const { signal } = take(outOfReach);
    setForward(duration);
    await pass(beat);
    expect(signal.aborted).toBe(true);
  });

  test('is lost when it has run out, though a renewal has had no answer yet', async () => {
    const { signal, renewals } = take(() => new Promise(() => undefined));
    await pass(3 * beat);
    expect([renewals(), signal.aborted]).toEqual([1, true]);
  });
});

describe('A lease that was asked for in vain', () => {
  test('is not taken by a step whose server is found later, since nobody would give it back', async () => {
    const sent: unknown[] = [];
    const send = async (command: unknown) => (sent.push(command), [-1, null]);
    let comeLate = async (): Promise<unknown> => undefined;
    const run = (_key: string, step: (primary: object) => Promise<unknown>) => {
      comeLate = () => step({ send, isPrimary: async () => true });
      return outOfReach();
    };
    const settings = { prefix: 'p', lease: 10, replicas: 0, timeout: 5 };
    const lock = new LeaseLock({ id: 'here', settings, run } as never);
    await expect(lock.withLock('key', ours, waiting())).rejects.toThrow('out of reach');
    await comeLate();
    expect(sent).toEqual([]);
  });
});
