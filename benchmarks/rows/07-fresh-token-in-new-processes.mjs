import path from 'node:path';
import { beforeOf } from '../candidates/list.mjs';
import { herdTable, reasonsOf, runHerds, slowestOf } from '../measure/herds.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { ratio, sum } from '../measure/statistics.mjs';
import { format } from '../report/table.mjs';
import { atMost, exactly, leftAt, noWorse } from '../report/verdict.mjs';

const reference = 'bare mechanism';
const ours = ['Latchkey, file', 'Latchkey, lock file'];
const control = 'control: Latchkey, file again';

/** Row 7: new processes that find a fresh token in the file. */
export default {
  number: 7,
  title: 'A fresh token, found by new processes',
  work: '8 new processes with 100 callers each; a fresh token is in the file they share.',
  note: 'As in row 5, msal-node is without the lock of msal-node-extensions. The other peers share no file. The processor time is mostly that of code that runs for the first time; row 13 shows it step by step.',
  measure,
};

async function measure({ server, rounds, count, folder }) {
  const entries = [reference, ...ours, control, ...ours.map(beforeOf), 'badgateway', 'aws fromSso', 'msal-node'].map(
    (name) => ({ name, candidate: name === control ? ours[0] : name, runs: rounds(15), job: 'onFile' }),
  );
  const all = await runHerds({
    server,
    entries,
    processes: count(8, 3),
    callers: count(100, 5),
    prepare: async ({ candidate }) => {
      const [realm, place] = [await server.open({ rotates: true }), path.join(folder(), 'tokens.json')];
      const seed = (await loadCandidate(candidate, 'seedFresh')) ?? (await loadCandidate(candidate, 'seedFile'));
      await seed(realm, place, { ended: false, certificate: server.certificate });
      return { realm, place };
    },
  });
  const samples = new Map([...all.keys()].map((name) => [name, slowestOf(all, name)]));
  const bare = `the bare mechanism: ${format(against(all, reference, 'aws fromSso'))}x; the rest is a first call, whose code has not run before`;
  const goals = ours.flatMap((name) => [
    exactly(`${name}, requests of all runs`, sum(all.get(name).map(({ requests }) => requests)), 0),
    atMost(`${name}, slowest caller against the bare mechanism`, against(all, name, reference), 5, 'x'),
    leftAt(`${name}, slowest caller against aws`, against(all, name, 'aws fromSso'), 'x', bare),
    noWorse(samples, name, { control, reference: ours[0] }),
  ]);
  return { tables: [herdTable(all, { reference, expected: 0 })], text: reasonsOf(all), goals };
}

const against = (all, name, other) => ratio(slowestOf(all, name), slowestOf(all, other));
