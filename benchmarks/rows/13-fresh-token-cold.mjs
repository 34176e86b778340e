import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeOf } from '../candidates/list.mjs';
import { addressOf, loadCandidate } from '../measure/load-candidate.mjs';
import { nodeBinary, versionOfNode } from '../measure/node-binary.mjs';
import { profile } from '../measure/profile.mjs';
import { wholeProcesses } from '../measure/whole-process.mjs';
import { coldTable, processorAbove } from '../report/cold-table.mjs';
import { atMost } from '../report/verdict.mjs';

const empty = 'empty module';
const ours = 'Latchkey, file';
const before = beforeOf(ours);
const bundled = 'Latchkey, file, bundled by the application';
const cached = 'Latchkey, file, compile cache of the application';
const names = ['bare mechanism', ours, before, 'Latchkey, lock file', 'badgateway', 'aws fromSso', 'msal-node'];

/** Row 13: a whole process that finds a fresh token on disk. */
export default {
  number: 13,
  title: 'A process that finds a fresh token',
  work: 'A whole process, timed from outside: it imports the library, takes a fresh token from its file, and exits. The empty module imports nothing. An import of `node:fs` is shown apart, since who writes it pays for the facade of all its exports.',
  note: 'The other peers keep no file. Columns "above" are medians of the differences of each round. Goals are of processor time above the empty module. What an application can do itself: be bundled with what it imports (here by esbuild, split, not minified), or call `module.enableCompileCache()` of Node 22.8 and newer before it imports the rest (here filled by a run before).',
  measure,
};

async function measure({ server, rounds, folder }) {
  const application = folder();
  const prepare = async ({ candidate }) => {
    const [realm, place] = [await server.open(), path.join(folder(), 'tokens.json')];
    const seed = (await loadCandidate(candidate, 'seedFresh')) ?? (await loadCandidate(candidate, 'seedFile'));
    await seed(realm, place, { ended: false, certificate: server.certificate });
    return { realm, place };
  };
  const tables = [];
  const goals = [];
  for (const major of [20, 24]) {
    const node = await nodeBinary(major);
    const version = await versionOfNode(node);
    const entries = [
      { name: empty },
      { name: 'control: empty module again' },
      { name: 'module that imports node:fs', address: 'node:fs' },
      ...names.map((name) => ({ name, candidate: name, job: 'onFile' })),
      { name: bundled, candidate: ours, job: 'onFile', address: await bundleOf(application) },
    ];
    if (major > 20) {
      const entry = { name: cached, candidate: ours, job: 'onFile', address: cachingModule(application) };
      await wholeProcesses({ server, entries: [entry], rounds: 1, prepare, node }); // fills the cache
      entries.push(entry);
    }
    const run = await wholeProcesses({ server, entries, rounds: rounds(21), prepare, node });
    tables.push(`Node ${version}:`, coldTable(run, empty));
    tables.push(`Step by step, Node ${version}:`);
    tables.push(
      await profile({ kind: 'stored', rounds: rounds(21), node, prepare: () => prepare({ candidate: ours }) }),
    );
    const own = (name) => processorAbove(run.results, name, empty);
    const against = (name) => own(name) / own(before);
    goals.push(
      atMost(`Latchkey against the build before, Node ${version}`, against(ours), 0.6, 'x'),
      atMost(
        `Latchkey, bundled by the application, against the build before, Node ${version}`,
        against(bundled),
        0.42,
        'x',
      ),
    );
  }
  return { tables, goals };
}

/** An application that esbuild has bundled, with what it imports later in files of their own, as docs/bundling.md has it. */
async function bundleOf(folder) {
  const form = { bundle: true, platform: 'node', format: 'esm', target: 'node20', splitting: true };
  const names = { outdir: folder, entryNames: 'bundled', outExtension: { '.js': '.mjs' } };
  await build({ entryPoints: [fileURLToPath(addressOf(ours))], ...form, ...names });
  return path.join(folder, 'bundled.mjs');
}

/** An application that keeps compiled code, and imports the rest after it has said so. */
function cachingModule(folder) {
  const file = path.join(folder, 'caching.mjs');
  const cache = JSON.stringify(path.join(folder, 'compile-cache'));
  const lines = [
    `process.getBuiltinModule('module').enableCompileCache(${cache});`,
    `export const { onFile } = await import(${JSON.stringify(addressOf(ours))});`,
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}
