import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { Sentinels } from './sentinels.js';
import { errorOf, expecting, hold, key, overwriting, someTokens, waiting } from './some.js';

let sentinels: Sentinels;
beforeAll(async () => {
  sentinels = await Sentinels.start(2);
});
afterAll(() => sentinels[Symbol.asyncDispose]());

describe('A save behind sentinels', () => {
  test('counts at the next primary only, when a failover is asked for and nobody dies', async () => {
    const before = await sentinels.primary();
    await using storage = new RedisTokenStorage({ sentinel: sentinels.options, prefix: 'switched', timeout: 10 });
    await storage.save(key, someTokens(0), overwriting);
    const { lock, release } = await hold(storage);
    const asked = sentinels.failOver();
    let generation = 0;
    for (let after = before; after === before || after === undefined; after = await sentinels.primary()) {
      await storage.save(key, someTokens(generation + 1), expecting(generation, lock));
      generation++;
    }
    await asked;
    await using other = new RedisTokenStorage({ sentinel: sentinels.options, prefix: 'switched', timeout: 9 });
    expect((await other.load(key))?.generation).toBe(generation);
    expect(lock.signal.aborted).toBe(false);
    await release();
  });

  // Last: a sentinel that was frozen does nothing for half a minute.
  test('waits neither for a sentinel that is silent, nor counts when most of them are', async () => {
    await using storage = new RedisTokenStorage({ sentinel: sentinels.options, prefix: 'silent', timeout: 3 });
    await storage.save(key, someTokens(1), overwriting);
    sentinels.signalSentinels(1, 'SIGSTOP');
    await storage.save(key, someTokens(2), expecting(1));
    sentinels.signalSentinels(2, 'SIGSTOP');
    const error = await errorOf(storage.save(key, someTokens(3), expecting(2)));
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true, cause: { code: 'FAILOVER' } });
    expect(await errorOf(storage.withLock('bob', async () => 'in', waiting()))).toMatchObject({
      cause: { code: 'FAILOVER' },
    });
    sentinels.signalSentinels(2, 'SIGCONT');
    let generation = 0;
    while (generation !== 4) {
      const stored = (await storage.load(key))?.generation ?? 0;
      await storage.save(key, someTokens(4), expecting(stored)).catch(() => undefined);
      generation = (await storage.load(key))?.generation ?? 0;
    }
  });
});
