import type { TortureCounts, TortureResult } from './torture-result.js';

const columns: readonly (readonly [keyof TortureCounts, string])[] = [
  ['hits', 'hits'],
  ['reuses', 'reuses'],
  ['lostLogins', 'lost logins'],
  ['doubleOwners', 'double owners'],
  ['torn', 'torn'],
  ['left', 'left'],
  ['excusedReuses', 'excused reuses'],
  ['excusedLogins', 'excused logins'],
];

/**
 * Writes the result as one Markdown table, which reads well as text too, below a line that says what was run.
 *
 * @group Torture kit
 */
export function tortureTable(result: TortureResult): string {
  const numbers = (counts: TortureCounts): string[] => columns.map(([name]) => String(counts[name]));
  const lines = [
    ['point', 'signal', ...columns.map(([, title]) => title)],
    ...result.rows.map((row) => [row.point, row.signal, ...numbers(row)]),
    ['total', '', ...numbers(result.totals)],
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    `| ${line.map((cell, n) => (n < 2 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, n) => (n < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  return `${summary(result)}\n\n${[format(head), rule, ...body.map(format)].join('\n')}\n`;
}

function summary({ seed, processes, profile, guarded, rounds, seconds, tokens, errors }: TortureResult): string {
  const rotation = profile === 'strict' ? 'strict' : `grace of ${profile.grace} s`;
  const codes = Object.entries(errors).map(([code, count]) => `${count} ${code}`);
  return [
    `Seed ${seed}: ${processes} processes, rotation ${rotation}${guarded ? '' : ', without the lock'};`,
    `${rounds} rounds in ${seconds.toFixed(0)} s.`,
    `Calls ended with ${[`${tokens} tokens`, ...codes].join(', ')}.`,
  ].join(' ');
}
