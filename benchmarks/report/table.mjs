/** Tables as Markdown. */
import { ratio, spread } from '../measure/statistics.mjs';

/** A table; columns after the first, or after `texts` of them, are numbers. `undefined` is a dash. */
export function table(head, rows, texts = 1) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const bar = line(head.map((_, index) => (index < texts ? '---' : '--:')));
  return [line(head), bar, ...rows.map((cells) => line(cells.map((cell) => cell ?? '-')))].join('\n');
}

/**
 * A table of durations: minimum, median, maximum, and the ratio to each reference. `samples` maps names to the values
 * of the rounds, `failures` names to why there are none.
 */
export function timingTable({ samples, unit, references, failures = new Map(), more = [], digits }) {
  const ratios = (values) => references.map((name) => `${format(ratio(values, samples.get(name)))}x`);
  const rows = [...samples].map(([name, values]) => {
    const extra = more.map(({ of }) => of(name));
    if (values.length === 0) return [name, ...['', '', '', ...references, ...more].map(() => undefined)];
    const { least, middle, greatest } = spread(values);
    return [name, ...[least, middle, greatest].map((value) => format(value, digits)), ...ratios(values), ...extra];
  });
  const head = ['candidate', ...['minimum', 'median', 'maximum'].map((what) => `${what}, ${unit}`)];
  const body = table([...head, ...references.map((name) => `x ${name}`), ...more.map(({ title }) => title)], rows);
  const failed = [...failures].map(([name, why]) => `${name} failed: \`${why.replaceAll('`', "'").slice(0, 160)}\`.`);
  return [body, ...failed].join('\n\n');
}

/** Three significant digits, and no more behind the point than they need. */
export function format(value, digits) {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (digits !== undefined) return digits === 0 ? grouped(Math.round(value)) : value.toFixed(digits);
  const size = Math.abs(value);
  if (size >= 100) return grouped(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : size >= 1 || size === 0 ? 2 : 3);
}

function grouped(whole) {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',');
}
