import { beforeOf } from '../candidates/list.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { nodeBinary, versionOfNode } from '../measure/node-binary.mjs';
import { wholeProcesses } from '../measure/whole-process.mjs';
import { coldTable, processorAbove } from '../report/cold-table.mjs';
import { atMost } from '../report/verdict.mjs';

const empty = 'empty module';
const ours = 'Latchkey, Redis';
const before = beforeOf(ours);
const client = 'ioredis, GET';
const entries = [
  { name: empty },
  { name: 'control: empty module again' },
  ...[ours, before, client, 'iovalkey, GET', 'node-redis, GET', 'msal-node'].map((name) => ({
    name,
    candidate: name,
    job: 'onRedis',
  })),
];

/** Row 21: a whole process that finds a fresh token in Redis. */
export default {
  number: 21,
  title: 'A process that finds a fresh token in Redis',
  work: 'A whole process, timed from outside: it imports the library, takes a fresh token from Redis, and exits. The clients are used as their READMEs have it, for one GET and one `JSON.parse`; the record is not looked at.',
  note: 'Columns "above" are medians of the differences of each round. Goals are of processor time above the empty module. msal-node, the only peer with a cache in Redis, starts with an empty one there, so that it asks the server too.',
  measure,
};

async function measure({ server, redis, rounds }) {
  const prepare = async ({ candidate }) => {
    const realm = await server.open();
    await (
      await loadCandidate(candidate, 'seedRedis')
    )(realm, redis.url, { ended: false });
    return { realm, place: redis.url };
  };
  const tables = [];
  const goals = [];
  for (const major of [20, 24]) {
    const node = await nodeBinary(major);
    const version = await versionOfNode(node);
    const run = await wholeProcesses({ server, entries, rounds: rounds(15), prepare, node });
    tables.push(`Node ${version}:`, coldTable(run, empty));
    const own = (name) => processorAbove(run.results, name, empty);
    goals.push(
      atMost(`Latchkey against the build before, Node ${version}`, own(ours) / own(before), 0.22, 'x'),
      atMost(`Latchkey against a GET by ioredis, Node ${version}`, own(ours) / own(client), 0.5, 'x'),
    );
  }
  return { tables, goals };
}
