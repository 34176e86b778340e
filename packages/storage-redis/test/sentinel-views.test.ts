import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LockLostError } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { start } from './child.js';
import { FakeSentinel } from './fake-sentinel.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, hold, key, overwriting, someTokens, until } from './some.js';

let primary: RedisServer;
let replica: RedisServer;
let next: RedisServer;
let sentinels: FakeSentinel[];
let storage: RedisTokenStorage;

beforeAll(async () => {
  [primary, replica, next] = (await Promise.all([1, 2, 3].map(() => RedisServer.start({ open: true })))) as [
    RedisServer,
    RedisServer,
    RedisServer,
  ];
  await replica.send('REPLICAOF', '127.0.0.1', String(primary.port));
  await until(async () => String(await primary.send('INFO', 'replication')).includes('state=online'));
});
beforeEach(async () => {
  sentinels = await Promise.all([1, 2, 3].map(() => FakeSentinel.start()));
  for (const sentinel of sentinels) sentinel.port = primary.port;
  const sentinelRootNodes = sentinels.map(({ address }) => address);
  storage = new RedisTokenStorage({ sentinel: { name: 'main', sentinelRootNodes }, timeout: 4 });
  await Promise.all([primary, next].map((server) => server.send('FLUSHALL')));
});
afterEach(async () => {
  await storage.close();
  await Promise.all(sentinels.map((sentinel) => sentinel[Symbol.asyncDispose]()));
});
afterAll(() => Promise.all([primary, replica, next].map((server) => server.kill())));

const saveError = () => errorOf(storage.save(key, someTokens(2), overwriting));
const isAt = async (server: RedisServer) => (await server.send('EXISTS', `latchkey::${key}`)) === 1;

describe('Of sentinels that differ', () => {
  test('the one of the newest configuration is believed, since others have not heard of it yet', async () => {
    await using open = new RedisTokenStorage({
      sentinel: { name: 'main', sentinelRootNodes: sentinels.map(({ address }) => address) },
      replicas: 0,
    });
    Object.assign(sentinels[2]!, { port: next.port, epoch: 2 });
    await open.save(key, someTokens(1), overwriting);
    expect([await isAt(primary), await isAt(next)]).toEqual([false, true]);
  });

  test('one that has heard of another primary is enough for a save not to count', async () => {
    await storage.save(key, someTokens(1), overwriting);
    Object.assign(sentinels[1]!, { port: next.port, epoch: 2 });
    // The next primary has no replica here.
    const { retryable, cause } = await saveError();
    expect([retryable, ['FAILOVER', 'REPLICAS'].includes((cause as { code: string }).code)]).toEqual([true, true]);
  });

  test('one that has heard of another primary is enough for a lock to be lost, which the old one would renew', async () => {
    const [first] = sentinels as [FakeSentinel];
    const sentinelRootNodes = sentinels.map(({ address }) => address);
    await using open = new RedisTokenStorage({ sentinel: { name: 'main', sentinelRootNodes }, lease: 3 });
    const { lock, release } = await hold(open);
    const lost = new Promise((resolve) => lock.signal.addEventListener('abort', resolve));
    Object.assign(first, { port: next.port, epoch: 2 });
    await lost;
    expect(lock.signal.reason).toBeInstanceOf(LockLostError);
    await release();
  });

  test('one that leads a failover is enough, until it has ended', async () => {
    await storage.save(key, someTokens(1), overwriting);
    sentinels[1]!.flags = 'master,failover_in_progress';
    expect(await saveError()).toMatchObject({ retryable: true, cause: { code: 'FAILOVER' } });
    const saving = storage.save(key, someTokens(2), overwriting);
    sentinels[1]!.flags = 'master';
    await saving;
    expect((await storage.load(key))?.generation).toBe(2);
  });
});

describe('A sentinel that keeps silent', () => {
  test('is waited for once, and not by each save', async () => {
    await storage.save(key, someTokens(1), overwriting);
    const [silent] = sentinels as [FakeSentinel];
    silent.isSilent = true;
    const { questions } = silent;
    for (let generation = 2; generation < 6; generation++) {
      await storage.save(key, someTokens(generation), expecting(generation - 1));
    }
    expect(silent.questions - questions).toBe(1);
  });
});

describe('Sentinels that name no primary', () => {
  const gone = { host: '127.0.0.1', port: 1 };
  const loadError = async (sentinelRootNodes: { host: string; port: number }[]) => {
    await using open = new RedisTokenStorage({ sentinel: { name: 'main', sentinelRootNodes }, timeout: 4 });
    return await errorOf(open.load(key));
  };

  test.each([
    [
      '-ERR No such master with that name',
      { retryable: true, remedy: expect.stringContaining('sentinel.name'), cause: { code: 'UNKNOWNPRIMARY' } },
    ],
    ['-NOAUTH Authentication required.', { retryable: false, cause: { code: 'NOAUTH' } }],
  ])('since they say %s are told of by that', async (refusal, expected) => {
    for (const sentinel of sentinels) sentinel.refusal = refusal;
    const addresses = sentinels.map(({ address }) => address);
    expect(await loadError(addresses)).toMatchObject({ code: 'STORAGE_UNAVAILABLE', ...expected });
  });

  test('since none can be reached are told of by that', async () => {
    expect(await loadError([gone, gone])).toMatchObject({ retryable: true, cause: { code: 'ECONNREFUSED' } });
  });

  test('since one is silent and the others are gone may be in a failover, which is waited for', async () => {
    const [silent] = sentinels as [FakeSentinel];
    silent.isSilent = true;
    const { retryable, cause } = await loadError([gone, gone, silent.address]);
    expect([retryable, cause]).toEqual([true, expect.objectContaining({ code: 'FAILOVER' })]);
  });
});

describe('Sentinels', () => {
  test('are left when the storage is closed', async () => {
    await storage.save(key, someTokens(1), overwriting);
    expect(sentinels.map(({ connections }) => connections)).toEqual([1, 1, 1]);
    await storage.close();
    await until(() => sentinels.every(({ connections }) => connections === 0));
  });

  test.each([
    ['one of which is gone, however often it is asked', 2, 1, 12],
    ['that are many', 12, 0, 1],
  ])('%s bring no warning', async (_, there, gone, saves) => {
    while (sentinels.length < there) sentinels.push(await FakeSentinel.start());
    for (const sentinel of sentinels) sentinel.port = primary.port;
    const nobody = { host: '127.0.0.1', port: 1 };
    const addresses = sentinels.slice(0, there).map(({ address }) => address);
    const sentinelRootNodes = [...addresses, ...Array.from({ length: gone }, () => nobody)];
    const redis = { sentinel: { name: 'main', sentinelRootNodes }, timeout: 30 };
    const child = start('save-often.mjs', { redis, saves });
    await child.exited;
    expect(child.lines).toEqual([`saved ${saves}`]);
  });
});
