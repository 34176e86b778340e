import { describe, expect, test } from '@jest/globals';
import { TestClock } from '@latchkey/core/testing';

describe('a test clock', () => {
  test('stands still until it is moved', async () => {
    const clock = new TestClock({ start: 1_000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).toBe(1_000);
    await clock.advance(250);
    expect(clock.now()).toBe(1_250);
  });

  test('wakes sleepers in the order of their time, each at its time', async () => {
    const clock = new TestClock({ start: 0 });
    const log: string[] = [];
    const sleeper = async (name: string, milliseconds: number): Promise<void> => {
      await clock.sleep(milliseconds);
      log.push(`${name} at ${clock.now()}`);
    };
    const all = Promise.all([sleeper('late', 30), sleeper('early', 10), sleeper('twin', 10)]);
    await clock.advance(30);
    await all;
    expect(log).toEqual(['early at 10', 'twin at 10', 'late at 30']);
  });

  test('lets a sleeper sleep again within one advance', async () => {
    const clock = new TestClock({ start: 0 });
    const times: number[] = [];
    const polling = (async () => {
      for (let n = 0; n < 3; n++) {
        await clock.sleep(5_000);
        await Promise.resolve();
        times.push(clock.now());
      }
    })();
    await clock.advance(20_000);
    await polling;
    expect(times).toEqual([5_000, 10_000, 15_000]);
    expect(clock.now()).toBe(20_000);
  });

  test('leaves those who sleep longer asleep', async () => {
    const clock = new TestClock();
    let woke = false;
    const sleeping = clock.sleep(100).then(() => (woke = true));
    await clock.advance(99);
    expect([woke, clock.sleeping]).toEqual([false, [1]]);
    await clock.advance(1);
    await sleeping;
    expect(clock.sleeping).toEqual([]);
  });

  test('can be waited for until something sleeps', async () => {
    const clock = new TestClock();
    setTimeout(() => void clock.sleep(20), 1);
    setTimeout(() => void clock.sleep(10), 2);
    await clock.untilSleeping();
    await clock.untilSleeping(2);
    expect(clock.sleeping).toEqual([10, 20]);
    await clock.untilSleeping(2);
  });

  test('lets a sleeper leave when its signal is aborted', async () => {
    const clock = new TestClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort('gone');
    await expect(sleeping).rejects.toBe('gone');
    expect(clock.sleeping).toEqual([]);
    await expect(clock.sleep(10, controller.signal)).rejects.toBe('gone');
  });

  test('can be set back without waking or delaying anybody', async () => {
    const clock = new TestClock({ start: 10_000 });
    let woke = false;
    const sleeping = clock.sleep(50).then(() => (woke = true));
    clock.set(1_000);
    expect(clock.now()).toBe(1_000);
    await clock.advance(49);
    expect(woke).toBe(false);
    await clock.advance(1);
    await sleeping;
    expect(clock.now()).toBe(1_050);
  });

  test('moves by itself when told to', async () => {
    const clock = new TestClock({ start: 0, autoAdvance: true });
    await clock.sleep(5_000);
    await Promise.all([clock.sleep(100), clock.sleep(300)]);
    expect(clock.now()).toBe(5_400);
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort('gone');
    await expect(sleeping).rejects.toBe('gone');
  });

  test('lets whoever only idles wait until the time has come', async () => {
    const clock = new TestClock({ start: 0, autoAdvance: true });
    let woken = false;
    void clock.sleep(60_000, undefined, { idle: true }).then(() => (woken = true));
    await clock.sleep(1000);
    expect([woken, clock.now()]).toEqual([false, 1000]);
    await clock.sleep(59_000);
    expect([woken, clock.now()]).toEqual([true, 60_000]);
  });
});
