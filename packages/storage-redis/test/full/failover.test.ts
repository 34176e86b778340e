import { expect, test } from '@jest/globals';
import { type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { AuthScene } from '../auth-scene.js';
import { start } from '../child.js';
import type { RedisServer } from '../redis-server.js';
import { errorOf, key, overwriting, pause, someTokens, until, waiting } from '../some.js';
import { ClusterServers } from '../cluster-servers.js';
import { describeFull } from './selection.js';
import { Sentinels } from '../sentinels.js';

const callers = 8;
const rounds = Number(process.env['LATCHKEY_ROUNDS'] ?? 20);

interface Outcome {
  readonly token?: string;
  readonly error?: { readonly code: string; readonly retryable: boolean; readonly message: string };
}

/** Counts how calls ended; each has to end with the token that was saved, or with an error that says "try again". */
class Calls {
  #rounds = 0;
  #tokens = 0;
  readonly #errors = new Map<string, number>();
  readonly #began = performance.now();

  add(saved: string, { token, error }: Outcome): void {
    if (error) {
      expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
      const reason = error.message.replace(/.*\(|\)\.$/g, '');
      this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
    } else {
      expect(token).toBe(saved);
      this.#tokens++;
    }
  }

  endRound(): void {
    this.#rounds++;
  }

  toString(): string {
    const errors = [...this.#errors].map(([reason, count]) => `${count} ${reason}`).join(', ');
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    return `${this.#rounds} rounds, no login lost; calls: ${this.#tokens} tokens, retryable errors: ${errors || 'none'}; ${seconds} s`;
  }
}

/**
 * After an acknowledged save the primary is killed. At that moment eight callers of another process, which has seen
 * nothing yet, begin to ask, and one here to look, all again and again until they have the token.
 */
async function loseThePrimary(place: RedisOptions, calls: Calls, kill: (record: string) => Promise<void>) {
  const options = { ...place, timeout: 3, lease: 3 };
  await using scene = await AuthScene.start();
  await using storage = new RedisTokenStorage({ ...options });
  await using other = new RedisTokenStorage({ ...options });
  const { issuer, tokenEndpoint } = scene.server;
  await scene.logIn(storage, 'expired');
  const server = { issuer, tokenEndpoint };
  const child = start('callers.mjs', { redis: options, server, key: scene.key, callers, insist: true });
  await child.says('ready');
  const saved = await scene.flow(storage).getAccessTokenRefreshIfNecessary();
  await kill(`latchkey::${scene.key}`);
  child.tell('go');
  const end = performance.now() + 60_000;
  for (;;) {
    const outcome = await other.load(scene.key).then(
      (tokens): Outcome => ({ token: tokens?.accessToken ?? 'none' }),
      (error: unknown): Outcome => ({ error: error as NonNullable<Outcome['error']> }),
    );
    calls.add(saved, outcome);
    if (outcome.token !== undefined) break;
    if (performance.now() > end) throw new Error('It was not well again within a minute.');
    await pause(100);
  }
  const outcomes = JSON.parse(await child.says('outcomes')) as Outcome[];
  for (const outcome of outcomes) calls.add(saved, outcome);
  expect(outcomes.filter(({ token }) => token !== undefined)).toHaveLength(callers);
  await child.kill();
  expect(await scene.flow(other).getAccessTokenRefreshIfNecessary()).toBe(saved);
  scene.server.ledger.assertTokenRequests(1);
  scene.server.ledger.assertNoReuse();
  calls.endRound();
}

describeFull('Redis behind sentinels', () => {
  test(
    `loses no login when its primary is killed after an acknowledged save (${rounds} rounds)`,
    async () => {
      const calls = new Calls();
      for (let round = 0; round < rounds; round++) {
        await using sentinels = await Sentinels.start();
        await loseThePrimary({ sentinel: sentinels.options }, calls, () => sentinels.killPrimary());
      }
      console.log(String(calls));
    },
    rounds * 90_000,
  );

  test('without its replica takes no lock, so that nothing is redeemed', async () => {
    await using sentinels = await Sentinels.start();
    await using scene = await AuthScene.start();
    await using storage = new RedisTokenStorage({ sentinel: sentinels.options, timeout: 2 });
    await scene.logIn(storage, 'expired');
    sentinels.freezeReplica();
    const error = await errorOf(scene.flow(storage).getAccessTokenRefreshIfNecessary());
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true, cause: { code: 'REPLICAS' } });
    scene.server.ledger.assertTokenRequests(0);
  });
});

describeFull('A Redis cluster', () => {
  test(
    `loses no login when a node is killed after an acknowledged save (${rounds} rounds)`,
    async () => {
      const calls = new Calls();
      for (let round = 0; round < rounds; round++) {
        await using cluster = await ClusterServers.start();
        await loseThePrimary({ cluster: cluster.options }, calls, (name) => cluster.killPrimaryOf(name));
      }
      console.log(String(calls));
    },
    rounds * 120_000,
  );

  test('keeps many credentials in all its nodes, and wakes who waits for a lock', async () => {
    await using cluster = await ClusterServers.start();
    await using storage = new RedisTokenStorage({ cluster: cluster.options });
    for (let n = 0; n < 30; n++) await storage.save(`${key}${n}`, someTokens(n, `${key}${n}`), overwriting);
    for (let n = 0; n < 30; n++) expect((await storage.load(`${key}${n}`))?.generation).toBe(n);
    let inside = 0;
    const turns = Array.from({ length: 4 }, () =>
      storage.withLock(
        key,
        async () => {
          expect(++inside).toBe(1);
          await new Promise(setImmediate);
          inside--;
        },
        waiting(),
      ),
    );
    await Promise.all(turns);
  });

  test('says what its user may not do, and whether the password is wrong', async () => {
    await using cluster = await ClusterServers.start();
    const [{ secure, url }] = cluster.servers as [RedisServer];
    const { username, password } = new URL(secure.url!);
    const load = async (defaults: RedisOptions): Promise<unknown> => {
      await using storage = new RedisTokenStorage({ cluster: { rootNodes: [{ url }], defaults } });
      return await storage.load(key);
    };
    expect(await load({ username, password })).toBeUndefined();
    const wrong = await errorOf(load({ username, password: 'wrong-password' }));
    expect(wrong).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false, cause: { code: 'WRONGPASS' } });
    for (const server of cluster.servers) await server.send('ACL', 'SETUSER', 'app', '-cluster|slots');
    const barred = await errorOf(load({ username, password }));
    expect(barred).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false, cause: { code: 'NOPERM' } });
    expect(barred.message).toContain('cluster|slots');
  });

  test('lets a user who may do no more than is documented go on while a slot moves', async () => {
    await using cluster = await ClusterServers.start();
    const [first] = cluster.servers as [RedisServer];
    const { username, password } = new URL(first.secure.url!);
    await using storage = new RedisTokenStorage({ cluster: { ...cluster.options, defaults: { username, password } } });
    const slotOf = async (name: string) => Number(await first.send('CLUSTER', 'KEYSLOT', `latchkey::${name}`));
    let name = key;
    for (let n = 0; (await slotOf(name)) >= 16384 / 3; n++) name = `${key}-${n}`;
    const moved = cluster.moveSlots([`latchkey::${name}`], 3000);
    await until(async () => String(await first.send('CLUSTER', 'NODES')).includes('->-'));
    expect(await storage.load(name)).toBeUndefined(); // the node that it moves to is asked
    await storage.save(name, someTokens(1), overwriting);
    await moved;
    expect((await storage.load(name))?.generation).toBe(1);
  });
});
