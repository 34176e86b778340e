import { expect, test } from '@jest/globals';
import { AuthFlowError, LoginRequiredError } from '@latchkey/core';
import { type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { AuthScene } from '../auth-scene.js';
import { errorOf, key, overwriting, pause, someTokens, waiting } from '../some.js';
import { ClusterServers } from './cluster-servers.js';
import { describeFull } from './selection.js';
import { Sentinels } from './sentinels.js';

const rounds = Number(process.env['LATCHKEY_ROUNDS'] ?? 20);

/** After an acknowledged save the primary is killed; every call until all is well again gives a token or says when. */
async function loseThePrimary(options: RedisOptions, kill: (record: string) => Promise<void>): Promise<string[]> {
  await using scene = await AuthScene.start();
  await using storage = new RedisTokenStorage({ ...options, timeout: 3, lease: 3 });
  await using other = new RedisTokenStorage({ ...options, timeout: 3, lease: 3 });
  await scene.logIn(storage, 'expired');
  const saved = await scene.flow(storage).getAccessTokenRefreshIfNecessary();
  await kill(`latchkey::${scene.key}`);
  const seen: string[] = [];
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      const tokens = await other.load(scene.key);
      expect(tokens?.accessToken).toBe(saved);
      break;
    } catch (error) {
      if (performance.now() > end) throw error;
      expect(error).toBeInstanceOf(AuthFlowError);
      expect(error).not.toBeInstanceOf(LoginRequiredError);
      expect(error).toMatchObject({ retryable: true });
      seen.push((error as AuthFlowError).message.replace(/.*\(|\)\.$/g, ''));
      await pause(100);
    }
  }
  expect(await scene.flow(other).getAccessTokenRefreshIfNecessary()).toBe(saved);
  scene.server.ledger.assertTokenRequests(1);
  scene.server.ledger.assertNoReuse();
  return seen;
}

describeFull('Redis behind sentinels', () => {
  test(
    `loses no login when its primary is killed after an acknowledged save (${rounds} rounds)`,
    async () => {
      for (let round = 0; round < rounds; round++) {
        await using sentinels = await Sentinels.start();
        const seen = await loseThePrimary({ sentinel: sentinels.options }, () => sentinels.killPrimary());
        console.log(`round ${round}: ${seen.length} errors on the way (${[...new Set(seen)].join(' ')})`);
      }
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
  }, 90_000);
});

describeFull('A Redis cluster', () => {
  test(
    `loses no login when a node is killed after an acknowledged save (${rounds} rounds)`,
    async () => {
      for (let round = 0; round < rounds; round++) {
        await using cluster = await ClusterServers.start();
        const seen = await loseThePrimary({ cluster: cluster.options }, (name) => cluster.killPrimaryOf(name));
        console.log(`round ${round}: ${seen.length} errors on the way (${[...new Set(seen)].join(' ')})`);
      }
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
          await pause(20);
          inside--;
        },
        waiting(),
      ),
    );
    await Promise.all(turns);
  }, 90_000);
});
