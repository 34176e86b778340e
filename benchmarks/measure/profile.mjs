/** Where the time of a process of Latchkey goes, which rows 13 and 14 time from outside. */
import path from 'node:path';
import { spread } from './statistics.mjs';
import { runNode } from './node-process.mjs';
import { format, table } from '../report/table.mjs';

const program = path.join(import.meta.dirname, 'steps.mjs');

/** A table of the steps of `rounds` processes; `kind` and `prepare()`, to `{ realm, place }`, as `steps.mjs` wants them. */
export async function profile({ kind, rounds, node, prepare }) {
  const steps = new Map();
  for (let round = 0; round < rounds; round++) {
    const { realm, place } = await prepare();
    const { output } = await runNode([program, kind, JSON.stringify(realm), place ?? ''], { node });
    for (const [name, ms] of JSON.parse(output)) steps.set(name, [...(steps.get(name) ?? []), ms]);
  }
  const rows = [...steps].map(([name, all]) => {
    const { least, middle, greatest } = spread(all);
    return [name, ...[least, middle, greatest].map((ms) => format(ms))];
  });
  return table(['step of Latchkey', 'minimum, ms', 'median, ms', 'maximum, ms'], rows);
}
