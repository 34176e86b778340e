import { beforeOf } from '../candidates/list.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { nanosecondsPerCall } from '../measure/nanoseconds.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost, exactly, noWorse } from '../report/verdict.mjs';

/** Row 2: a cached, valid token while storage is configured. */
export default {
  number: 2,
  title: 'A cached token, with storage',
  work: 'As row 1, with a token file or Redis behind it. Calls of `node:fs`, writes to sockets and Redis commands are counted over 10,000 calls.',
  note: 'msal-node goes to its file by the cache plugin of its documentation; aws fromSso re-reads its files.',
  measure,
};

const reference = 'hand-rolled';
const simple = 'simple-oauth2';
const control = 'control: hand-rolled again';
const ours = ['Latchkey, file', 'Latchkey, lock file', 'Latchkey, Redis'];
const entries = [
  reference,
  { name: control, candidate: reference },
  ...ours,
  ...ours.map(beforeOf),
  simple,
  'badgateway',
  'aws fromSso',
  'msal-node',
];
const counted = 10_000;

async function measure({ server, redis, rounds, count, folder }) {
  const { results, failures } = await inTurn({
    row: import.meta.url,
    entries,
    rounds: rounds(5),
    tls: server.certificate,
    async prepare(entry) {
      const realm = await server.open();
      if (nameOf(entry).endsWith('Redis')) {
        const seedRedis = await loadCandidate(entry, 'seedRedis');
        await seedRedis(realm, redis.url, { ended: false });
      }
      return { realm, file: `${folder()}/token`, url: redis.url, budget: count(15, 1) };
    },
    check: (entry, { realm }, { token }) => server.check(realm, [token], nameOf(entry)),
  });
  const samples = new Map([...results].map(([name, all]) => [name, all.map(({ ns }) => ns)]));
  const most = (key) => (name) => Math.max(...results.get(name).map((result) => result[key]));
  const more = [
    { title: 'file calls', of: most('files') },
    { title: 'socket writes', of: most('writes') },
    { title: 'Redis commands', of: most('commands') },
  ];
  return {
    tables: [timingTable({ samples, failures, unit: 'ns', references: [reference, simple], more })],
    goals: ours.flatMap((name) => [
      atMost(`${name} against the hand-rolled cache`, ratio(samples.get(name), samples.get(reference)), 1, 'x'),
      atMost(`${name} against simple-oauth2`, ratio(samples.get(name), samples.get(simple)), 0.65, 'x'),
      noWorse(samples, name, { control, reference }),
      exactly(`${name}: file calls, socket writes and Redis commands`, median([total(results.get(name))]), 0),
    ]),
  };
}

const total = (all) => Math.max(...all.map(({ files, writes, commands }) => files + writes + commands));

/** In the candidate's process. */
export async function inChild(candidate, { realm, file, url, budget }) {
  // Before the candidate is loaded, which may keep functions of node:fs to itself.
  const { callCounts } = await import('../measure/count-calls.mjs');
  const token = await tokenOf(candidate, realm, file, url);
  const first = await token();
  const ns = await nanosecondsPerCall(token, budget);
  const watch = candidate.endsWith('Redis') ? await watchRedis(url) : undefined;
  const commands = await watch?.();
  const before = callCounts();
  for (let call = 0; call < counted; call++) await token();
  const after = callCounts();
  const [files, writes] = [after.files - before.files, after.writes - before.writes];
  const sent = watch === undefined ? 0 : (await watch()) - commands - 1;
  return { token: first, ns, files, writes, commands: sent };
}

async function tokenOf(candidate, realm, file, url) {
  if (['hand-rolled', 'simple-oauth2'].includes(candidate)) return (await loadCandidate(candidate, 'inMemory'))(realm);
  if (candidate.endsWith('Redis')) return (await loadCandidate(candidate, 'onRedis'))(realm, url);
  (await loadCandidate(candidate, 'seedFile'))(realm, file, { ended: false });
  return (await loadCandidate(candidate, 'onFile'))(realm, file);
}

/** Gives a function that tells how many commands Redis has had, each of its own questions included. */
async function watchRedis(url) {
  const { createClient } = await import('@redis/client');
  const client = await createClient({ url, disableClientInfo: true }).connect();
  return async () => Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))[1]);
}
