import { createClient } from '@redis/client';
import { beforeOf } from '../candidates/list.mjs';
import { countingProxy } from '../measure/counting-proxy.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { importCandidate, loadCandidate } from '../measure/load-candidate.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { table, timingTable } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

const reference = 'GET + JSON.parse';
const ours = 'Latchkey, Redis';
const before = beforeOf(ours);
const control = 'control: the same again';
const entries = [reference, { name: control, candidate: reference }, 'GET', ours, before];

/** Row 12: what Redis is asked. */
export default {
  number: 12,
  title: 'Redis: a read, a renewal',
  work: 'A read of the stored record by `storage.load`, one after the other, beside a bare GET by @redis/client. Then one whole renewal over a connection that is open: round trips and commands, counted by a proxy.',
  note: "msal-node's DistributedCachePlugin on Redis has a whole cache in one record and no lock, so that its reads are another job (row 6 has its requests).",
  measure,
};

async function measure({ server, redis, rounds, count }) {
  const { results } = await inTurn({
    row: import.meta.url,
    entries,
    rounds: rounds(9),
    async prepare(entry) {
      const realm = await server.open();
      await (
        await loadCandidate(entry === before ? before : ours, 'seedRedis')
      )(realm, redis.url, { ended: false });
      return { realm, url: redis.url, reads: count(2000, 20) };
    },
    check: (entry, { realm }, { token }) => server.check(realm, [token], nameOf(entry)),
  });
  const samples = new Map([...results].map(([name, all]) => [name, all.map(({ microseconds }) => microseconds)]));
  const renewal = await countRenewal(server, redis);
  return {
    tables: [
      timingTable({ samples, unit: 'µs', references: [reference, 'GET'] }),
      table(
        ['a renewal by Latchkey', 'round trips', 'commands'],
        [['', renewal.roundTrips, renewal.commands.join(', ')]],
      ),
    ],
    goals: [
      atMost('Latchkey, a read against a bare GET', ratio(samples.get(ours), samples.get('GET')), 1.3, 'x'),
      noWorse(samples, ours, { control, reference }),
      atMost('round trips of a renewal', renewal.roundTrips, 4),
    ],
    constants: { renewalCommands: renewal.commands.length, ...(await capacity(redis, count(200_000, 2000))) },
  };
}

/** What the model of scale needs: commands a second with 100 under way, and bytes of a record. */
async function capacity(redis, commands) {
  const client = await createClient({ url: redis.url }).connect();
  const [name] = (await client.keys('*')).filter((found) => found.startsWith('latchkey::'));
  const start = performance.now();
  let left = commands;
  const lane = async () => {
    while (left-- > 0) await client.get(name);
  };
  await Promise.all(Array.from({ length: 100 }, lane));
  const commandsPerSecond = Math.round((commands * 1000) / (performance.now() - start));
  const recordBytes = Number(await client.sendCommand(['MEMORY', 'USAGE', name]));
  client.destroy();
  return { commandsPerSecond, recordBytes };
}

/** A first renewal opens the connection; the second is counted. */
async function countRenewal(server, redis) {
  const proxy = await countingProxy(redis.port);
  const realm = await server.open({ rotates: true });
  const { flowOnRedis, seedRedis } = await import('../candidates/latchkey-redis.mjs');
  await seedRedis(realm, redis.url);
  const { flow, storage } = flowOnRedis(realm, proxy.url);
  const first = await flow.getAccessTokenRefreshIfNecessary();
  proxy.forget();
  const second = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: first });
  await new Promise((resolve) => setTimeout(resolve, 50)); // the release of the lock is not waited for
  const counts = proxy.counts();
  await server.check(realm, [first, second], ours);
  await storage.close();
  proxy.close();
  return counts;
}

/** In the candidate's process. */
export async function inChild(candidate, { realm, url, reads }) {
  const read = await readerOf(candidate, realm, url);
  for (let index = 0; index < reads; index++) await read();
  const took = [];
  for (let index = 0; index < reads; index++) {
    const began = performance.now();
    await read();
    took.push((performance.now() - began) * 1000);
  }
  return { token: await read(), microseconds: median(took) };
}

async function readerOf(candidate, realm, url) {
  const { flowOnRedis } = await importCandidate(candidate === before ? before : ours);
  const { flow, storage } = flowOnRedis(realm, url);
  const { key } = flow;
  if ([ours, before].includes(candidate)) return async () => (await storage.load(key)).accessToken;
  const client = await createClient({ url }).connect();
  const name = (await client.keys('*')).find((found) => found.includes(realm.clientId));
  if (name === undefined) throw new Error('The record was not found.');
  const parsed = (text) => JSON.parse(JSON.parse(text).value).access_token;
  if (candidate === reference) return async () => parsed(await client.get(name));
  const token = parsed(await client.get(name));
  return async () => (await client.get(name)) && token;
}
