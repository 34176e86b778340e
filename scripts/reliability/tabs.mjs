/**
 * Closes and freezes tabs in Chromium at each point of a renewal, by the torture test of examples/browser, and writes the last
 * part of docs/reliability.md: `node scripts/reliability/tabs.mjs [--hits 3]`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runJest } from '../jest.mjs';
import { setUpTests } from '../set-up.mjs';
import { script } from '../steps.mjs';
import { writePart } from './reliability-page.mjs';

const introduction = `## Tabs that are closed and frozen

Three tabs of one origin in Chromium want a token at once, over the storage of
[examples/browser](../examples/browser/README.md). At each point the one that renews is closed, or frozen by the browser for a while;
where a shared worker renews, the tab that asked it is closed. The server notices reuse. _Excused_ are rounds in which the closed tab
took the only copy of the new tokens with it: under strict rotation that cannot be prevented in a tab, and does not happen where a
shared worker renews. Without the lock, the same test sees reuse and two owners. \`node scripts/reliability/tabs.mjs\` writes this
section.
`;

await script(async () => {
  const { values } = parseArgs({ options: { hits: { type: 'string', default: '3' } } });
  await setUpTests();
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-tabs-'));
  const table = path.join(folder, 'table.md');
  Object.assign(process.env, { LATCHKEY_FULL: '1', LATCHKEY_TAB_HITS: values.hits, LATCHKEY_TAB_TABLE: table });
  try {
    process.exitCode = await runJest(['examples/browser/torture']);
    writePart('tabs', `${introduction}\n${aligned(readFileSync(table, 'utf8'))}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Makes the columns of a table as wide as their widest cell. */
function aligned(table) {
  const rows = table.split('\n').map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  const widths = rows[0].map((_, n) => Math.max(...rows.map((row) => row[n].length)));
  const pad = (cell, n) => {
    if (cell === '---') return '-'.repeat(widths[n]);
    if (cell === '--:') return `${'-'.repeat(widths[n] - 1)}:`;
    return n < 4 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]);
  };
  return rows.map((row) => `| ${row.map(pad).join(' | ')} |`).join('\n');
}
