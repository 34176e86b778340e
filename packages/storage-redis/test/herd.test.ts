import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type HeldLock, TokenSet } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { AuthScene } from './auth-scene.js';
import { type Child, start } from './child.js';
import { Monitor } from './monitor.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { until } from './some.js';

const rounds = Number(process.env['LATCHKEY_ROUNDS'] ?? 2);
const processes = 8;
const callers = 100;
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

interface Outcome {
  readonly token?: string;
  readonly error?: object;
}

interface Round {
  readonly tokens: ReadonlySet<string>;
  readonly answers: number;
  readonly requests: number;
  readonly reuses: number;
  readonly errors: readonly string[];
  /** Per process: its commands until all had their token, and those of 1,000 calls after that. */
  readonly commands: readonly (readonly string[])[];
  readonly warm: readonly number[];
}

async function runRound(prefix: string, without?: 'lock', through: readonly string[] = []): Promise<Round> {
  await using scene = await AuthScene.start();
  await using storage = new RedisTokenStorage({ url: server.url, prefix });
  await scene.logIn(storage, 'expired');
  await using monitor = await Monitor.start(server);
  const proxies = await Promise.all(Array.from({ length: processes }, () => Proxy.start(server.port)));
  await using _closing = {
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(proxies.map((proxy) => proxy.refuse()));
    },
  };
  const authServer = { issuer: scene.server.issuer, tokenEndpoint: scene.server.tokenEndpoint };
  const children = proxies.map((proxy, index) =>
    start('callers.mjs', {
      redis: { url: proxy.url(server.url), prefix },
      server: authServer,
      key: scene.key,
      callers,
      without,
      through: through[index % through.length],
    }),
  );
  await Promise.all(children.map((child) => child.says('ready')));
  const answer = scene.server.hold({ processed: true });
  for (const child of children) child.tell('go');
  const { ledger } = scene.server;
  const isTried = (proxy: Proxy): boolean => monitor.commandsOf(proxy).includes('EVAL');
  await until(() => (without === undefined ? proxies.every(isTried) : ledger.tokenRequests.length > 1));
  answer.release();
  const outcomes = (await Promise.all(children.map(outcomesOf))).flat();
  await monitor.caughtUp();
  const commands = proxies.map((proxy) => monitor.commandsOf(proxy));
  for (const child of children) child.tell('again');
  await Promise.all(children.map((child) => child.says('warm')));
  await monitor.caughtUp();
  const warm = proxies.map((proxy, index) => monitor.commandsOf(proxy).length - (commands[index]?.length ?? 0));
  await Promise.all(children.map((child) => child.exited));
  const errors = outcomes.flatMap(({ error }) => (error ? [JSON.stringify(error)] : []));
  const tokens = outcomes.flatMap(({ token }) => token ?? []);
  return {
    tokens: new Set(tokens),
    answers: tokens.length,
    requests: ledger.tokenRequests.length,
    reuses: ledger.reuses,
    errors: [...new Set(errors)],
    commands,
    warm,
  };
}

async function outcomesOf(child: Child): Promise<Outcome[]> {
  return JSON.parse(await child.says('outcomes')) as Outcome[];
}

describe(`${processes} processes of ${callers} callers each, with an expired token and a server that rotates,`, () => {
  test(
    `make one token request, and few commands to Redis (${rounds} rounds)`,
    async () => {
      for (let round = 0; round < rounds; round++) {
        const { tokens, answers, requests, errors, commands, warm } = await runRound(`latchkey-herd-${round}`);
        const found = { errors, requests, answers, different: tokens.size };
        expect(found).toEqual({ errors: [], requests: 1, answers: processes * callers, different: 1 });
        const most = Math.max(...commands.map((own) => own.length));
        expect(most).toBeLessThanOrEqual(20);
        expect(warm).toEqual(warm.map(() => 0));
        if (rounds > 2) console.log(`round ${round}: ${commands.map((own) => own.length).join(' ')} commands`);
      }
    },
    rounds * 120_000,
  );

  test('make one through clients of five kinds, and through none', async () => {
    const through = ['node-redis 5', 'node-redis 6', 'ioredis 5', 'ioredis 6', 'iovalkey', ''];
    const { tokens, answers, requests, errors } = await runRound('latchkey-herd-clients', undefined, through);
    const found = { errors, requests, answers, different: tokens.size };
    expect(found).toEqual({ errors: [], requests: 1, answers: processes * callers, different: 1 });
  });

  test('make several without the lock, or the test above would show nothing', async () => {
    const { requests, reuses } = await runRound('latchkey-herd-unlocked', 'lock');
    expect(requests).toBeGreaterThan(1);
    expect(reuses).toBeGreaterThan(0);
  });
});

describe('The transaction of a holder', () => {
  test('is 4 round trips: look, lock with a second look, save, release', async () => {
    await using scene = await AuthScene.start();
    await using proxy = await Proxy.start(server.port);
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url), prefix: 'latchkey-one' });
    await scene.logIn(storage, 'expired');
    const flow = scene.flow(storage);
    await using monitor = await Monitor.start(server);
    await flow.getAccessTokenRefreshIfNecessary();
    await monitor.caughtUp();
    const [, ...commands] = monitor.commandsOf(proxy);
    expect(commands).toEqual(['GET', 'EVAL', 'EVAL', 'EVAL']);
  });

  test('looks anew under the lock as soon as anything else has been waited for', async () => {
    await using scene = await AuthScene.start();
    await using storage = new RedisTokenStorage({ url: server.url, prefix: 'latchkey-two' });
    await using other = new RedisTokenStorage({ url: server.url, prefix: 'latchkey-two' });
    await scene.logIn(storage, 'expired');
    const { key } = scene;
    const task = async (lock: HeldLock): Promise<unknown[]> => {
      const first = await storage.load(key);
      const tokens = TokenSet.from({ access_token: 'written without the lock' });
      await other.save(key, tokens, { reason: 'import', expected: undefined, lock });
      return [first?.accessToken, (await storage.load(key))?.accessToken];
    };
    const { signal } = new AbortController();
    const [first, second] = await storage.withLock(key, task, { signal, timeout: 5 });
    expect([typeof first, second]).toEqual(['string', 'written without the lock']);
  });
});
