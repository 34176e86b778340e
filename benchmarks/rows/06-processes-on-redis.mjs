import { createClient } from '@redis/client';
import { herdTable, isRight, reasonsOf, runHerds, slowestOf } from '../measure/herds.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { ratio } from '../measure/statistics.mjs';
import { atMost, exactly } from '../report/verdict.mjs';

const reference = 'bare mechanism, Redis';
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
    { name: 'control: bare mechanism again', candidate: reference, runs: Math.min(20, runs), times: 2 },
    { name: ours, runs, times: 2 },
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
  const right = all.get(ours).filter((run) => isRight(run)).length;
  const goals = [
    exactly(`${ours}, runs of ${runs} with 1 request, nobody failed, the refresh token alive`, right, runs),
    ...[0, 1].map((time) => {
      const against = ratio(slowestOf(all, ours, time), slowestOf(all, reference, time));
      return atMost(`${ours}, slowest caller against the bare mechanism, ${when[time]}`, against, 1.25, 'x');
    }),
  ];
  const tables = [0, 1].flatMap((time) => [`${when[time]}:`, herdTable(all, { reference, time })]);
  return { tables, text: reasonsOf(all), goals };
}

const when = ['the first renewal of each process', 'the second, when the new token has ended too (clocks are moved)'];
