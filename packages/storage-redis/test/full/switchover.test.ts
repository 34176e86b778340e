import { expect, test } from '@jest/globals';
import { TokenSet } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { start } from '../child.js';
import type { RedisServer } from '../redis-server.js';
import { errorOf, expecting, key, overwriting, pause, someTokens, until } from '../some.js';
import { ClusterServers } from '../cluster-servers.js';
import { describeFull } from './selection.js';
import { Sentinels } from '../sentinels.js';

const rounds = Number(process.env['LATCHKEY_ROUNDS'] ?? 20);
const few = Math.ceil(rounds / 4);
const keys = Array.from({ length: 201 }, (_, n) => `login-${n}`);

interface Outcome {
  readonly renewed: number;
  /** Milliseconds. */
  readonly slowest: number;
  readonly errors: Readonly<Record<string, number>>;
}

interface Count {
  readonly renewed: number;
  readonly slowest: number;
  readonly lost: number;
  readonly reuses: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** Has children renew logins while `disturb` runs, and counts those that cannot be renewed from what is stored then. */
async function count(options: RedisOptions, processes: number, disturb: () => Promise<unknown>): Promise<Count> {
  await using server = await FakeAuthorizationServer.start({ rotation: 'rotate' });
  {
    await using storage = new RedisTokenStorage({ ...options });
    for (const key of keys) await storage.save(key, await logIn(server, key), overwriting);
  }
  const [again = '', ...once] = keys;
  const children = Array.from({ length: processes }, (_, index) =>
    start('renewals.mjs', {
      redis: options,
      server: { issuer: server.issuer, tokenEndpoint: server.tokenEndpoint },
      again,
      once: once.filter((_, n) => n % processes === index),
      every: 400,
      spread: 4000,
    }),
  );
  await Promise.all(children.map((child) => child.says('ready')));
  for (const child of children) child.tell('go');
  await disturb();
  const outcomes = await Promise.all(children.map(async (child) => JSON.parse(await child.says('outcome')) as Outcome));
  const { reuses } = server.ledger;
  await using storage = new RedisTokenStorage({ ...options });
  let lost = 0;
  for (const key of keys) if (!(await isHonoured(server, await storage.load(key)))) lost++;
  const errors: Record<string, number> = {};
  const slowest = Math.max(...outcomes.map((outcome) => outcome.slowest));
  for (const outcome of outcomes) {
    for (const [name, times] of Object.entries(outcome.errors)) errors[name] = (errors[name] ?? 0) + times;
  }
  return { renewed: outcomes.reduce((sum, { renewed }) => sum + renewed, 0), lost, reuses, errors, slowest };
}

async function logIn(server: FakeAuthorizationServer, key: string): Promise<TokenSet> {
  const form = { grant_type: 'password', username: key, password: 'secret-password', client_id: 'cli' };
  const answer = await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
  return TokenSet.from(await answer.json()).withStamp({ key, generation: Date.now() });
}

async function isHonoured(server: FakeAuthorizationServer, tokens: TokenSet | undefined): Promise<boolean> {
  const form = { grant_type: 'refresh_token', refresh_token: tokens?.refreshToken ?? '', client_id: 'cli' };
  return (await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) })).ok;
}

describeFull('Redis behind sentinels', () => {
  test.each([1, 2])(
    `told to fail over loses no login of ${keys.length} that %i processes renew meanwhile (${rounds} rounds)`,
    async (processes) => {
      for (let round = 0; round < rounds; round++) {
        await using sentinels = await Sentinels.start(2);
        const before = await sentinels.primary();
        const found = await count({ sentinel: sentinels.options }, processes, () => sentinels.failOver());
        let after: RedisServer | undefined;
        await until(async () => (after = await sentinels.primary()));
        console.log(`round ${round}: ${JSON.stringify(found)}`);
        expect(after?.port).not.toBe(before?.port);
        expect(found).toMatchObject({ lost: 0, reuses: 0 });
      }
    },
    rounds * 60_000,
  );

  test(
    `loses none when its primary is frozen, and goes on after the failover (${few} rounds)`,
    async () => {
      for (let round = 0; round < few; round++) {
        await using sentinels = await Sentinels.start(2);
        const [primary] = sentinels.servers;
        const found = await count({ sentinel: sentinels.options }, 1, async () => {
          await pause(1000);
          primary?.signal('SIGSTOP');
          await pause(3500);
          primary?.signal('SIGCONT');
        });
        console.log(`round ${round}: ${JSON.stringify(found)}`);
        expect(await sentinels.primary()).not.toBe(primary);
        expect(found).toMatchObject({ lost: 0, reuses: 0 });
      }
    },
    few * 60_000,
  );
});

describeFull('A Redis cluster', () => {
  const disturbances: Record<string, (cluster: ClusterServers) => Promise<unknown>> = {
    'told to fail over': (cluster) => cluster.failOver(),
    'whose replicas take over without asking': (cluster) => cluster.failOver('TAKEOVER'),
    'that moves slots': (cluster) =>
      cluster.moveSlots(
        keys.map((key) => `latchkey::${key}`),
        3000,
      ),
  };

  test.each(Object.entries(disturbances))(
    `%s loses no login (${few} rounds)`,
    async (_name, disturb) => {
      for (let round = 0; round < few; round++) {
        await using cluster = await ClusterServers.start(2);
        const found = await count({ cluster: cluster.options }, 2, async () => {
          await pause(1000);
          await disturb(cluster);
        });
        console.log(`round ${round}: ${JSON.stringify(found)}`);
        expect(found).toMatchObject({ lost: 0, reuses: 0 });
      }
    },
    few * 60_000,
  );

  test('counts no save that a primary takes which has not heard of its successor', async () => {
    await using cluster = await ClusterServers.start(2);
    await using storage = new RedisTokenStorage({ cluster: cluster.options, timeout: 1 });
    await until(() =>
      storage
        .save(key, someTokens(1), overwriting)
        .then(() => true)
        .catch(() => false),
    );
    await cluster.silence();
    await cluster.failOver('TAKEOVER');
    const error = await errorOf(storage.save(key, someTokens(2), expecting(1)));
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true, cause: { code: 'FAILOVER' } });
    await cluster.endSilence();
    let saved: number | undefined;
    while (saved === undefined) {
      const stored = await storage.load(key).catch(() => undefined);
      saved = await storage.save(key, someTokens(3), expecting(stored?.generation)).then(
        () => 3,
        () => undefined,
      );
    }
    const isDemoted = async (old: RedisServer) => String(await old.send('INFO', 'replication')).includes('role:slave');
    await Promise.all(cluster.servers.slice(0, 3).map((old) => until(() => isDemoted(old))));
    await using other = new RedisTokenStorage({ cluster: cluster.options, timeout: 4 });
    let stored: number | undefined;
    // A node that has just heard of the others again says for a while that the cluster is down.
    await until(async () => {
      stored = await other.load(key).then(
        (tokens) => tokens?.generation ?? 0,
        () => undefined,
      );
      return stored !== undefined;
    });
    expect(stored).toBe(saved);
  });
});
