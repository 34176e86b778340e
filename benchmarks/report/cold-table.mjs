/** Tables of whole processes: wall time, processor time, memory, beside those of an empty module in the same round. */
import { median } from '../measure/statistics.mjs';
import { format, timingTable } from './table.mjs';

/** A table of what `wholeProcesses` resolved to, beside `empty`. */
export function coldTable({ results, failures }, empty) {
  const samples = samplesOf(results, 'ms');
  const more = [
    { title: `above ${empty}, ms`, of: (name) => format(median(above(samples, name, empty))) },
    ...processorColumns(results, empty),
    { title: 'peak memory, MiB', of: (name) => format(median(samplesOf(results, 'mib').get(name))) },
  ];
  return timingTable({ samples, failures, unit: 'ms', references: [empty], more });
}

/** Columns of processor time: its median, and how much more that is than that of an empty module. */
export function processorColumns(results, empty) {
  const cpu = samplesOf(results, 'cpu');
  return [
    { title: 'processor time, median, ms', of: (name) => format(median(cpu.get(name))) },
    { title: `above ${empty}, ms`, of: (name) => format(processorAbove(results, name, empty)) },
  ];
}

/** Milliseconds of processor time above the empty module, the median of the differences of each round. */
export function processorAbove(results, name, empty) {
  return median(above(samplesOf(results, 'cpu'), name, empty));
}

/** The values of one kind: name → values of all rounds. */
export function samplesOf(results, kind) {
  return new Map([...results].map(([name, all]) => [name, all.map((result) => result[kind])]));
}

function above(samples, name, empty) {
  return samples.get(name).map((value, round) => value - samples.get(empty)[round]);
}
