/**
 * Lets each system call of a lock and a save fail once, by strace (Linux), and writes the table in docs/reliability.md.
 * `node scripts/reliability/system-calls.mjs [--every 1]`; with `--every 5` every fifth only, and nothing is written.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { compile } from '../compile.mjs';
import { install } from '../install.mjs';
import { script, StepFailed } from '../steps.mjs';
import { writePart } from './reliability-page.mjs';

const title = '## System calls that fail';
const kinds = ['kernel', 'lockfile'];

await script(async () => {
  const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } });
  if (spawnSync('strace', ['-V']).status !== 0)
    throw new StepFailed('This needs strace, of Linux. Type: node scripts/debian-package.mjs strace strace');
  await install();
  await compile();
  const { errors, TracedSaves } = await import('./traced-saves.mjs'); // it imports what was just built
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-calls-'));
  const saves = new TracedSaves(folder);
  try {
    const tallies = [];
    for (const kind of kinds) tallies.push(await saves.play(kind, Number(values.every)));
    const section = write(tallies, errors);
    console.log(section);
    const isGood = tallies.every(({ rounds, missed, harms }) => rounds > 0 && missed.length + harms.length === 0);
    if (!isGood) process.exitCode = 1;
    if (values.every === '1') writePart('calls', section);
  } finally {
    saves.end();
    rmSync(folder, { recursive: true, force: true });
  }
});

function write(tallies, errors) {
  const sections = tallies.map(({ kind, rows, rounds, missed, harms }) => {
    const lines = [...rows].sort().map(([name, row]) => {
      const cells = errors.map((error) =>
        Object.entries(row[error] ?? {})
          .sort()
          .map(([outcome, count]) => `${count} ${outcome}`)
          .join(', '),
      );
      return `| \`${name}\` | ${cells.join(' | ')} |`;
    });
    return [
      `### Lock of the kind \`${kind}\``,
      `${rounds} calls failed. Lost, torn, locked for good, or without a typed error: ${harms.length}.`,
      ...harms.map((harm) => `- ${harm}`),
      ...missed.map((call) => `- ${call}: it was never made to fail`),
      [`| call | ${errors.join(' | ')} |`, `| --- |${' --- |'.repeat(errors.length)}`, ...lines].join('\n'),
    ].join('\n\n');
  });
  return `${title}

Each system call that a process makes to take the lock of a file, to read and save a record, and to free the lock fails
once, by strace, at a new place and at one in use. Then another process takes the lock, reads, and saves. A cell says how
often the save went on all the same, and with which error it ended otherwise. What says \`saved\` is stored; with an error
the old record or the new one is there, whole. \`node scripts/reliability/system-calls.mjs\` writes this section.

${sections.join('\n\n')}
`;
}
