import { beforeOf } from '../candidates/list.mjs';
import { inTurn } from '../measure/in-turn.mjs';
import { ratio } from '../measure/statistics.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost } from '../report/verdict.mjs';

const floor = 'a Map of tokens';
const ours = 'Latchkey';
const before = beforeOf(ours);

/** Row 24: what is held in memory for each account. */
export default {
  number: 24,
  title: 'Memory of an account',
  work: 'As row 19, with 10,000 accounts in one process: what is held for each once it has its token, the token of 1 kB included.',
  note: 'Objects behind weak references that the collector has taken by then are in none.',
  measure,
};

async function measure({ rounds, count }) {
  const { results } = await inTurn({
    row: new URL('./19-many-credentials.mjs', import.meta.url).href,
    entries: [floor, ours, { name: 'control: Latchkey again', candidate: ours }, before],
    rounds: rounds(5),
    flags: ['--expose-gc'],
    prepare: async () => ({ size: count(10_000, 500), budget: 2 }),
  });
  const samples = new Map([...results].map(([name, all]) => [name, all.map(({ bytes }) => bytes)]));
  return {
    tables: [timingTable({ samples, unit: 'bytes', references: [floor, before] })],
    goals: [atMost('Latchkey against the build before', ratio(samples.get(ours), samples.get(before)), 0.66, 'x')],
  };
}
