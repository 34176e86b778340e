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
const names = ['bare mechanism', ours, before, 'Latchkey, lock file', 'badgateway', 'aws fromSso', 'msal-node'];

/** Row 13: a whole process that finds a fresh token on disk. */
export default {
  number: 13,
  title: 'A process that finds a fresh token',
  work: 'A whole process, timed from outside: it imports the library, takes a fresh token from its file, and exits. The empty module imports nothing. An import of `node:fs` is shown apart, since who writes it pays for the facade of all its exports.',
  note: 'The other peers keep no file. Columns "above" are medians of the differences of each round. Goals are of processor time above the empty module.',
  measure,
};

async function measure({ server, rounds, folder }) {
  const bundle = path.join(folder(), 'application.mjs');
  await build({
    entryPoints: [fileURLToPath(addressOf(ours))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  const entries = [
    { name: empty },
    { name: 'control: empty module again' },
    { name: 'module that imports node:fs', address: 'node:fs' },
    ...names.map((name) => ({ name, candidate: name, job: 'onFile' })),
    { name: bundled, candidate: ours, job: 'onFile', address: bundle },
  ];
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
