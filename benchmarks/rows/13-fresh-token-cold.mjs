import path from 'node:path';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { profile } from '../measure/profile.mjs';
import { median } from '../measure/statistics.mjs';
import { wholeProcesses } from '../measure/whole-process.mjs';
import { format, timingTable } from '../report/table.mjs';
import { atMost } from '../report/verdict.mjs';

const empty = 'empty module';
const ours = 'Latchkey, file';
const entries = [
  { name: empty },
  { name: 'control: empty module again' },
  ...['bare mechanism', ours, 'Latchkey, lock file', 'badgateway', 'aws fromSso', 'msal-node'].map((name) => ({
    name,
    candidate: name,
    job: 'onFile',
  })),
];

/** Row 13: a whole process that finds a fresh token on disk. */
export default {
  number: 13,
  title: 'A process that finds a fresh token',
  work: 'A whole process, timed from outside: it imports the library, takes a fresh token from its file, and exits.',
  note: 'The other peers keep no file. The column "above" is the median of the differences of each round.',
  measure,
};

async function measure({ server, rounds, folder }) {
  const prepare = async ({ candidate }) => {
    const [realm, place] = [await server.open(), path.join(folder(), 'tokens.json')];
    const seed = (await loadCandidate(candidate, 'seedFresh')) ?? (await loadCandidate(candidate, 'seedFile'));
    await seed(realm, place, { ended: false, certificate: server.certificate });
    return { realm, place };
  };
  const { results, failures } = await wholeProcesses({ server, entries, rounds: rounds(21), prepare });
  const steps = await profile({ kind: 'stored', rounds: rounds(21), prepare: () => prepare({ candidate: ours }) });
  const samples = new Map([...results].map(([name, all]) => [name, all.map(({ ms }) => ms)]));
  const above = (name) => median(samples.get(name).map((ms, round) => ms - samples.get(empty)[round]));
  const memory = (name) => format(median(results.get(name).map(({ mib }) => mib)));
  const more = [
    { title: `above ${empty}, ms`, of: (name) => format(above(name)) },
    { title: 'peak memory, MiB', of: memory },
  ];
  return {
    tables: [timingTable({ samples, failures, unit: 'ms', references: [empty], more }), 'Step by step:', steps],
    goals: [atMost('Latchkey above an empty module', above(ours), 15, ' ms')],
  };
}
