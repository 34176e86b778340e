import { control, firstTokens, floor, floorOf, ours } from '../measure/first-token.mjs';
import { median, spread } from '../measure/statistics.mjs';
import { samplesOf } from '../report/cold-table.mjs';
import { format, table } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

/** Row 15: memory of the processes of row 14. */
export default {
  number: 15,
  title: 'Memory of that process',
  work: 'The most memory that was resident in the processes of row 14 (`VmHWM`), and how much more that is than a bare fetch of the same scheme, as the median of the differences of each round.',
  measure,
};

async function measure(bench) {
  const tables = [];
  const goals = [];
  for (const [version, { results }] of await firstTokens(bench)) {
    const memory = new Map([...results].map(([name, all]) => [name, all.map(({ mib }) => mib)]));
    const above = (name) => {
      const base = memory.get(floorOf(name));
      return median(memory.get(name).map((mib, round) => mib - base[round]));
    };
    const cpu = samplesOf(results, 'cpu');
    const rows = [...memory]
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => {
        const { least, middle, greatest } = spread(values);
        return [
          name,
          ...[least, middle, greatest].map((mib) => format(mib, 1)),
          format(above(name), 1),
          format(median(cpu.get(name))),
        ];
      });
    tables.push(`Node ${version}:`);
    tables.push(
      table(
        [
          'candidate',
          'minimum, MiB',
          'median, MiB',
          'maximum, MiB',
          `above ${floor}, MiB`,
          'processor time, median, ms',
        ],
        rows,
      ),
    );
    goals.push(atMost(`Latchkey above a bare fetch, Node ${version}`, above(ours), 5, ' MiB'));
    goals.push(noWorse(memory, ours, { control, reference: ours, what: `, Node ${version}` }));
  }
  return { tables, goals };
}
