import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { LockTimeoutError, ProcessLock } from '@latchkey/core';

const forever = {
  get signal(): AbortSignal {
    return new AbortController().signal;
  },
  timeout: Infinity,
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe('a process lock', () => {
  test('serves those who wait in the order in which they came', async () => {
    const lock = new ProcessLock();
    const order: number[] = [];
    let inside = 0;
    const enter = async (n: number): Promise<void> => {
      expect(++inside).toBe(1);
      order.push(n);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: 50 }, (_, n) => lock.withLock('k', () => enter(n), forever)));
    expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  test('lets tasks of different keys run side by side', async () => {
    const lock = new ProcessLock();
    const result = await lock.withLock('a', () => lock.withLock('b', async () => 'both', forever), forever);
    expect(result).toBe('both');
  });

  test('keeps a newcomer from overtaking whoever was called', async () => {
    const lock = new ProcessLock();
    const order: string[] = [];
    const { open, opened } = gate();
    const first = lock.withLock('k', () => opened, forever);
    const second = lock.withLock('k', async () => void order.push('second'), forever);
    open();
    await first;
    await Promise.all([second, lock.withLock('k', async () => void order.push('third'), forever)]);
    expect(order).toEqual(['second', 'third']);
  });

  test('frees the key when a task throws, and passes the error on', async () => {
    const lock = new ProcessLock();
    const failure = new Error('failed');
    await expect(lock.withLock('k', () => Promise.reject(failure), forever)).rejects.toBe(failure);
    const thrower = (): Promise<never> => {
      throw failure;
    };
    await expect(lock.withLock('k', thrower, forever)).rejects.toBe(failure);
    await expect(lock.withLock('k', async () => 'free', forever)).resolves.toBe('free');
  });

  test('lets an aborted waiter leave at once with the reason, and calls the next', async () => {
    const lock = new ProcessLock();
    const { open, opened } = gate();
    const holding = lock.withLock('k', () => opened, forever);
    const leaving = new AbortController();
    let entered = false;
    const left = lock.withLock('k', async () => void (entered = true), { ...forever, signal: leaving.signal });
    const stayed = lock.withLock('k', async () => 'stayed', forever);
    leaving.abort('gone');
    await expect(left).rejects.toBe('gone');
    open();
    await holding;
    await expect(stayed).resolves.toBe('stayed');
    expect(entered).toBe(false);
  });

  test('does not run a task whose signal is aborted before', async () => {
    const lock = new ProcessLock();
    const options = { signal: AbortSignal.abort('gone'), timeout: 1 };
    await expect(lock.withLock('k', async () => 'ran', options)).rejects.toBe('gone');
    await expect(lock.withLock('k', async () => 'free', forever)).resolves.toBe('free');
  });

  test('does not abort a task that has begun', async () => {
    const lock = new ProcessLock();
    const controller = new AbortController();
    const { open, opened } = gate();
    const running = lock.withLock('k', () => opened.then(() => 'done'), { ...forever, signal: controller.signal });
    controller.abort('too late');
    open();
    await expect(running).resolves.toBe('done');
  });

  test.each([0, 0.05])('gives up after a timeout of %d seconds', async (timeout) => {
    const lock = new ProcessLock();
    const { open, opened } = gate();
    const holding = lock.withLock('k', () => opened, { ...forever, timeout });
    const late = lock.withLock('k', async () => 'ran', { ...forever, timeout });
    await expect(late).rejects.toBeInstanceOf(LockTimeoutError);
    open();
    await holding;
    await expect(lock.withLock('k', async () => 'free', forever)).resolves.toBe('free');
  });

  test('never fires the signal of the holder', async () => {
    const lock = new ProcessLock();
    const signal = await lock.withLock('k', async (held) => held.signal, forever);
    expect(signal.aborted).toBe(false);
  });

  test('leaves no timer behind, and takes a wait longer than a timer can', async () => {
    const lock = new ProcessLock();
    const before = timers();
    const { open, opened } = gate();
    const holding = lock.withLock('k', () => opened, { ...forever, timeout: 100 });
    const waits = [100, 1e9].map((timeout) => lock.withLock('k', async () => timeout, { ...forever, timeout }));
    open();
    await holding;
    await expect(Promise.all(waits)).resolves.toEqual([100, 1e9]);
    expect(timers()).toBe(before);
  });

  test('keeps no memory of keys that nobody holds', async () => {
    const lock = new ProcessLock();
    const task = async (): Promise<void> => undefined;
    await lock.withLock('warm', task, forever);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 50_000; n++) await lock.withLock(`key ${n} ${'x'.repeat(500)}`, task, forever);
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
  });
});
