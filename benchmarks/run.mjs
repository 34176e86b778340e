/**
 * Measures the rows and writes docs/performance.md, row by row. Called by scripts/bench.mjs, which installs what is
 * needed. `--rows 1,5` only these, `--rounds n` of each, `--quick` all with the least counts, and no page written.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from '../scripts/redis.mjs';
import { machine } from './report/machine.mjs';
import { sectionOf, writePage } from './report/page.mjs';
import { startTokenServer } from './server/start.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});
if (values.page) {
  writePage([]);
  process.exit();
}
const wanted = values.rows?.split(',').map(Number);
const rowsFolder = path.join(import.meta.dirname, 'rows');
const files = readdirSync(rowsFolder).filter((file) => file.endsWith('.mjs'));
const modules = await Promise.all(files.map((file) => import(pathToFileURL(path.join(rowsFolder, file)).href)));
const rows = modules.map((module) => module.default).sort((a, b) => a.number - b.number);

const base = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
const server = await startTokenServer(base);
const redis = await startRedis();
// Ended from outside, too, nothing is left running.
process.once('exit', () => redis.server.kill());
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const bench = {
  server,
  redis,
  /** How many rounds, unless told. */
  rounds: (usual) => Number(values.rounds ?? (values.quick ? 1 : usual)),
  /** A count that is small where only the benchmark itself is tried. */
  count: (usual, quick) => (values.quick ? quick : usual),
  /** An empty folder. */
  folder: () => mkdtempSync(path.join(base, 'run-')),
};
const kept = path.join(import.meta.dirname, 'results');
mkdirSync(kept, { recursive: true });
try {
  for (const row of rows.filter(({ number }) => wanted?.includes(number) ?? true)) await measure(row);
} finally {
  server.stop();
  redis.server.kill();
  rmSync(base, { recursive: true, force: true, maxRetries: 3 });
}
if (values.quick) console.log('Quick: docs/performance.md was not written.');

/** A row that cannot be measured is told, and the others go on. */
async function measure(row) {
  console.log(`${row.number}. ${row.title} …`);
  const started = performance.now();
  const where = machine(redis.version);
  try {
    const outcome = await row.measure(bench);
    const seconds = Math.round((performance.now() - started) / 1000);
    const result = { row, outcome, where, seconds };
    console.log(`\n${sectionOf(result)}\n`);
    if (values.quick) return;
    const name = `${where.date.replaceAll(':', '-')}-row-${row.number}.json`;
    writeFileSync(path.join(kept, name), JSON.stringify(result, undefined, 2));
    writeFileSync(path.join(kept, `latest-${row.number}.json`), JSON.stringify(result, undefined, 2));
    writePage([result]);
    keepConstants(outcome.constants);
  } catch (error) {
    console.error(`Row ${row.number} could not be measured: ${error.stack}`);
    process.exitCode = 1;
  }
}

/** What the model of scale needs. */
function keepConstants(constants) {
  if (constants === undefined) return;
  const file = path.join(import.meta.dirname, 'scale/constants.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  writeFileSync(file, `${JSON.stringify({ ...known, ...constants }, undefined, 2)}\n`);
}
