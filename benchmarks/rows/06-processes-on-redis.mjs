import { createClient } from '@redis/client';
import { beforeOf } from '../candidates/list.mjs';
import { runHerds, twoRenewals } from '../measure/herds.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';

const reference = 'bare mechanism, Redis';
const control = 'control: bare mechanism again';
const ours = 'Latchkey, Redis';

/** Row 6: processes that share a Redis, in which the token has ended. */
export default {
  number: 6,
  title: 'Processes on one Redis',
  work: 'As row 5, on Redis.',
  note: 'The bare mechanism is candidates/bare-redis.mjs: `SET NX PX`, a second look, a `SET`, a compared delete. On both sides the first call loads the client library and connects; the second table is without that. msal-node is the only peer with a cache plugin for Redis (its DistributedCachePlugin), here with client credentials.',
  measure,
};

async function measure({ server, redis, rounds, count }) {
  const runs = rounds(100);
  const entries = [
    { name: reference, runs, times: 2 },
    { name: control, candidate: reference, runs: Math.min(20, runs), times: 2 },
    { name: ours, runs, times: 2 },
    { name: beforeOf(ours), runs: Math.min(20, runs), times: 2 },
    { name: 'msal-node', runs: Math.min(5, runs), sharesLogin: false },
  ].map((entry) => ({ ...entry, job: 'onRedis' }));
  const client = await createClient({ url: redis.url }).connect();
  const all = await runHerds({
    server,
    entries,
    processes: count(8, 3),
    callers: count(100, 5),
    prepare: async (entry) => {
      await client.flushAll();
      const realm = await server.open({ delay: 50, rotates: true });
      await (
        await loadCandidate(entry.candidate ?? entry.name, 'seedRedis')
      )(realm, redis.url);
      return { realm, place: redis.url };
    },
    holds: async (_place, refreshToken) => {
      const keys = await client.keys('*');
      const texts = await Promise.all(keys.map((key) => client.get(key).catch(() => '')));
      return texts.some((text) => text?.includes(refreshToken));
    },
  });
  client.destroy();
  return twoRenewals(all, { reference, control, ours: [ours] });
}
