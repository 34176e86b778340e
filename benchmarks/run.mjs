/**
 * Measures the rows and writes docs/performance.md. Called by scripts/bench.mjs, which installs what is needed.
 * `--rows 1,5` only these, `--rounds n` of each, `--quick` all with the least counts, and no page written.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
  options: { rows: { type: 'string' }, rounds: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const wanted = values.rows?.split(',').map(Number);
const rowsFolder = path.join(import.meta.dirname, 'rows');
const files = readdirSync(rowsFolder).filter((file) => file.endsWith('.mjs'));
const rows = await Promise.all(files.map((file) => import(pathToFileURL(path.join(rowsFolder, file)).href)));
const chosen = rows.map((row) => row.default).filter(({ number }) => wanted?.includes(number) ?? true);

const base = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
const server = await startTokenServer(base);
const redis = await startRedis();
const where = machine(redis.version);
const results = [];
try {
  for (const row of chosen.sort((a, b) => a.number - b.number)) {
    process.stdout.write(`${row.number}. ${row.title} … `);
    const started = performance.now();
    const outcome = await row.measure({
      server,
      redis,
      rounds: (usual) => Number(values.rounds ?? (values.quick ? 1 : usual)),
      count: (usual, quick) => (values.quick ? quick : usual),
      folder: () => mkdtempSync(path.join(base, 'run-')),
      quick: values.quick,
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${seconds} s`);
    results.push({ row, outcome, where, seconds });
    console.log(`\n${sectionOf(results.at(-1))}\n`);
  }
} finally {
  server.stop();
  redis.server.kill();
  rmSync(base, { recursive: true, force: true });
}
const kept = path.join(import.meta.dirname, 'results');
mkdirSync(kept, { recursive: true });
const name = `${where.date.replaceAll(':', '-')}${values.quick ? '-quick' : ''}.json`;
writeFileSync(path.join(kept, name), JSON.stringify(results, undefined, 2));
if (values.quick) console.log('Quick: docs/performance.md was not written.');
else writePage(results);
