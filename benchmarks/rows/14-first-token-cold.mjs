import { before, firstTokens, floor, floorOf, ours, peerNames, secureFloor } from '../measure/first-token.mjs';
import { profile } from '../measure/profile.mjs';
import { ratio } from '../measure/statistics.mjs';
import { processorColumns } from '../report/cold-table.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost } from '../report/verdict.mjs';

/** Row 14: a whole process that gets its first token. */
export default {
  number: 14,
  title: 'A process that gets its first token',
  work: 'A whole process, timed from outside: it imports the library, gets a token from the server, and exits.',
  note: `auth0, msal-node and azure identity insist on HTTPS: compare them with ${secureFloor}. aws renews an ended token of its file, since it has no other first token.`,
  measure,
};

const limits = { 20: 1.1, 24: 1.12 };

async function measure(bench) {
  const tables = [];
  const goals = [];
  for (const [version, { results, failures, node }] of await firstTokens(bench)) {
    const samples = new Map([...results].map(([name, all]) => [name, all.map(({ ms }) => ms)]));
    const against = (name) => ratio(samples.get(name), samples.get(floorOf(name)));
    const more = processorColumns(results, 'empty module');
    tables.push(`Node ${version}:`);
    tables.push(timingTable({ samples, failures, unit: 'ms', references: [floor, secureFloor, before], more }));
    const prepare = async () => ({ realm: await bench.server.open() });
    tables.push(`Step by step, Node ${version}:`);
    tables.push(await profile({ kind: 'first', rounds: bench.rounds(15), node, prepare }));
    goals.push(
      atMost(`Latchkey against a bare fetch, Node ${version}`, against(ours), limits[version.split('.')[0]], 'x'),
    );
    if (!version.startsWith('24.')) continue;
    const measured = peerNames.filter((name) => samples.get(name).length > 0);
    const [best] = measured.sort((a, b) => against(a) - against(b));
    const what = `Latchkey against a bare fetch, beside the best peer (${best}), Node ${version}`;
    goals.push(atMost(what, against(ours), against(best), 'x'));
  }
  return { tables, goals };
}
