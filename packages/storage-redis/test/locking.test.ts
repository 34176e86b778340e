import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { LockLostError, StorageConflictError } from '@latchkey/core';
import { redisLock, type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, held, hold, key, overwriting, pause, someTokens, until, waiting } from './some.js';

let server: RedisServer;
let storage: RedisTokenStorage;
let others: RedisTokenStorage;
const opened: RedisTokenStorage[] = [];
const lockName = `latchkey:lock:{latchkey::${key}}`;
/** Whether somebody who waits has begun to listen. */
const isHeard = async (): Promise<boolean> => String(await server.send('PUBSUB', 'CHANNELS')) !== '';

function open(options: Partial<RedisOptions> = {}): RedisTokenStorage {
  const storage = new RedisTokenStorage({ url: server.url, lease: 0.9, ...options });
  opened.push(storage);
  return storage;
}

beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  await server.send('FLUSHALL');
  storage = open();
  others = open();
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await server.kill();
});

describe('A lease', () => {
  test('is renewed for as long as its holder works', async () => {
    const { lock, release } = await hold(open({ lease: 3 }));
    expect(await errorOf(others.withLock(key, async () => 'in', waiting(4)))).toMatchObject({ code: 'LOCK_TIMEOUT' });
    expect(lock.signal.aborted).toBe(false);
    await release();
  });

  test('is free as soon as it is released, and leaves nothing behind', async () => {
    await (await hold(storage)).release();
    expect(await server.send('KEYS', '*')).toEqual([]);
  });

  test('ends with its release, for what its holder still has under way', async () => {
    const { lock, release } = await hold(storage);
    expect(lock.signal.aborted).toBe(false);
    await release();
    expect(lock.signal.aborted).toBe(true);
    expect(lock.signal.reason).toBeInstanceOf(LockLostError);
  });

  test('wakes those who wait', async () => {
    let woken = 0;
    const onRelease = async (): Promise<void> => {
      woken++;
    };
    // On a busy machine a look of the waiter's own may come before the news.
    for (let round = 0; woken === 0 && round < 5; round++) {
      const { release } = await hold(open({ lease: 30 }));
      const turn = others.withLock(key, async () => 'in', { ...waiting(), onRelease });
      await until(isHeard);
      await release();
      expect(await turn).toBe('in');
    }
    expect(woken).toBe(1);
  });

  test('tells those who wait of its release before they try, and lets go who needs it no more', async () => {
    let told = 0;
    let outcome: unknown;
    // On a busy machine a look of the waiter's own may come before the news, and finds the lock free.
    for (let round = 0; told === 0 && round < 5; round++) {
      const { release } = await hold(open({ lease: 30 }));
      const leaving = new AbortController();
      const onRelease = async (): Promise<void> => {
        told++;
        leaving.abort('done');
      };
      const turn = others.withLock(key, async () => 'in', { ...waiting(20, leaving.signal), onRelease });
      const ended = turn.catch((reason: unknown) => reason);
      await until(isHeard);
      expect(told).toBe(0);
      await release();
      outcome = await ended;
    }
    expect([told, outcome]).toEqual([1, 'done']);
    expect(await server.send('KEYS', '*')).toEqual([]);
  });

  test('is found free also where nothing can be heard', async () => {
    await server.send('ACL', 'SETUSER', 'deaf', 'on', '>deaf-password', '+@all', '-subscribe', '~*', '&*');
    const { release } = await hold(storage);
    const deaf = open({ url: `redis://deaf:deaf-password@127.0.0.1:${server.port}` });
    const turn = deaf.withLock(key, async () => 'in', waiting());
    await until(async () =>
      /user=deaf.* cmd=eval|cmd=eval.* user=deaf/.test(String(await server.send('CLIENT', 'LIST'))),
    );
    await release();
    expect(await turn).toBe('in');
  });

  test('that somebody else has by now aborts the signal, and is not released', async () => {
    const { lock, release } = await hold(storage);
    await server.send('SET', lockName, 'another-owner');
    await new Promise((resolve) => lock.signal.addEventListener('abort', resolve));
    expect(lock.signal.reason).toBeInstanceOf(LockLostError);
    await release();
    expect(await server.send('GET', lockName)).toBe('another-owner');
  });

  test('ends by the clock, at the moment it is looked at', async () => {
    const { lock, release } = await hold(storage);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    expect(lock.signal.aborted).toBe(true);
    await release();
  });

  test.each([
    ['a clock of Redis that is set back has put off', ['PEXPIRE', lockName, '3600000']],
    ['was lost when the keys were copied', ['PERSIST', lockName]],
  ])('whose end %s is over a lease after its holder died, and not before', async (_how, command) => {
    let isAlive = true;
    const sendCommand = (command: string[]): Promise<unknown> =>
      isAlive ? server.send(...command) : Promise.reject(new Error('It died.'));
    const { lock } = await hold(open({ url: undefined, client: { sendCommand }, lease: 3 }));
    await server.send(...command);
    expect(await errorOf(others.withLock(key, async () => 'in', waiting(4)))).toMatchObject({ code: 'LOCK_TIMEOUT' });
    expect(lock.signal.aborted).toBe(false);
    isAlive = false;
    await server.send(...command);
    expect(await others.withLock(key, async () => 'in', waiting())).toBe('in');
  });

  test('counts from before the command that took it was sent, not from the answer', async () => {
    jest.useFakeTimers();
    try {
      const answerLate = async ([, script = '']: string[]): Promise<unknown> => {
        if (script.includes('PEXPIRE') && !script.includes("'SET'")) return new Promise(() => undefined);
        await pause(400);
        return [-1, null];
      };
      const holding = hold(open({ url: undefined, client: { sendCommand: answerLate }, lease: 0.6, timeout: 1 }));
      await jest.advanceTimersByTimeAsync(400);
      const { lock, release } = await holding;
      await jest.advanceTimersByTimeAsync(199);
      expect(lock.signal.aborted).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(lock.signal.aborted).toBe(true);
      void release();
      await jest.advanceTimersByTimeAsync(1000);
    } finally {
      jest.useRealTimers();
    }
  });

  test('of somebody else that ends just now is none of ours; looking again leaves no listener at the signal', async () => {
    const answers: unknown[] = [...Array.from({ length: 12 }, () => [0]), [-1, null]];
    const answer = async ([, script = '']: string[]): Promise<unknown> =>
      script.includes("'SET'") ? answers.shift() : 1;
    const { signal } = new AbortController();
    const others = open({ url: undefined, client: { sendCommand: answer } });
    const listeners = await others.withLock(key, async () => getEventListeners(signal, 'abort'), waiting(10, signal));
    expect([answers, listeners]).toEqual([[], []]);
  });

  test('of redisLock excludes that of a storage', async () => {
    const lock = redisLock({ url: server.url });
    const { release } = await hold(lock);
    expect(await errorOf(others.withLock(key, async () => 'in', waiting(0.2)))).toMatchObject({ code: 'LOCK_TIMEOUT' });
    await release();
    await lock.close();
  });
});

describe('A waiter that is aborted', () => {
  test('leaves at once, and leaves nothing behind', async () => {
    const { release } = await hold(open({ lease: 30 }));
    const leaving = new AbortController();
    const left = errorOf(others.withLock(key, async () => 'in', waiting(10, leaving.signal)));
    await until(isHeard);
    leaving.abort(new Error('gone'));
    expect((await left).message).toBe('gone');
    await release();
    await until(async () => !(await isHeard()));
    expect(await server.send('KEYS', '*')).toEqual([]);
  });

  test('while its command is under way gives back what it takes after all', async () => {
    await using frozen = await RedisServer.start();
    await using proxy = await Proxy.start(frozen.port);
    const storage = open({ url: proxy.url(frozen.url), lease: 30 });
    await storage.load(key);
    const sent = proxy.hears(lockName);
    frozen.signal('SIGSTOP');
    const leaving = new AbortController();
    const left = errorOf(storage.withLock(key, async () => 'in', waiting(10, leaving.signal)));
    await sent;
    leaving.abort(new Error('gone'));
    expect((await left).message).toBe('gone');
    frozen.signal('SIGCONT');
    await storage.close();
    expect(await frozen.send('KEYS', '*')).toEqual([]);
  });
});

describe('A save', () => {
  test('under a lease that was lost changes nothing, whatever it expects', async () => {
    await storage.save(key, someTokens(1), overwriting);
    const { lock, release } = await hold(storage);
    await server.send('SET', lockName, 'another-owner');
    for (const expected of [1, undefined]) {
      expect(await errorOf(storage.save(key, someTokens(2), expecting(expected, lock)))).toBeInstanceOf(LockLostError);
      expect(await errorOf(storage.delete(key, expecting(expected, lock)))).toBeInstanceOf(LockLostError);
    }
    expect(lock.signal.aborted).toBe(true);
    expect((await storage.load(key))?.generation).toBe(1);
    await release();
  });

  test('under a lock of another kind compares the generation alone', async () => {
    await storage.save(key, someTokens(1), overwriting);
    await server.send('SET', lockName, 'another-owner');
    await storage.save(key, someTokens(2), expecting(1, held));
    expect(await errorOf(storage.save(key, someTokens(3), expecting(1, held)))).toBeInstanceOf(StorageConflictError);
  });

  test('under the lease of another key compares the generation alone', async () => {
    const { lock, release } = await hold(storage, 'bob');
    await storage.save(key, someTokens(1), expecting(0, lock));
    await release();
    expect((await storage.load(key))?.generation).toBe(1);
  });

  test('whose answer is lost is repeated and succeeds', async () => {
    await using proxy = await Proxy.start(server.port);
    const storage = open({ url: proxy.url(server.url) });
    await storage.save(key, someTokens(1), expecting(0));
    proxy.set('cut after', 'secret-rt-2', 2);
    const tokens = someTokens(2);
    const first = await storage.save(key, tokens, expecting(1)).catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await storage.save(key, tokens, expecting(1));
    expect((await storage.load(key))?.generation).toBe(2);
    expect(await errorOf(storage.save(key, someTokens(2, key, { other: 1 }), expecting(1)))).toBeInstanceOf(
      StorageConflictError,
    );
  });

  test.each(['cut before', 'cut after'] as const)(
    'goes on over a new connection when the old one died unnoticed (%s)',
    async (weather) => {
      await using proxy = await Proxy.start(server.port);
      const storage = open({ url: proxy.url(server.url) });
      await storage.load(key);
      proxy.set(weather, 'secret-rt-1', 1);
      await storage.save(key, someTokens(1), expecting(0));
      expect((await others.load(key))?.generation).toBe(1);
    },
  );
});
