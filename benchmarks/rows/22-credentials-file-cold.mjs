import path from 'node:path';
import { beforeOf } from '../candidates/list.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { nodeBinary, versionOfNode } from '../measure/node-binary.mjs';
import { wholeProcesses } from '../measure/whole-process.mjs';
import { coldTable, processorAbove } from '../report/cold-table.mjs';
import { atMost } from '../report/verdict.mjs';

const empty = 'empty module';
const floor = 'bare read of a credentials file';
const candidate = 'Latchkey, credentials file';
const forms = [
  { form: 'JSON', job: 'fromJson' },
  { form: 'INI', job: 'fromIni' },
  { form: 'TOML', job: 'fromToml' },
];
const ours = (form) => `Latchkey, ${form}`;
const before = (form) => `Latchkey before, ${form}`;
const entries = [
  { name: empty },
  { name: 'control: empty module again' },
  { name: 'readFileSync + JSON.parse', candidate: floor, job: 'fromJson' },
  ...forms.flatMap(({ form, job }) => [
    { name: ours(form), candidate, job },
    { name: before(form), candidate: beforeOf(candidate), job },
  ]),
];

/** Row 22: a whole process that reads a credentials file. */
export default {
  number: 22,
  title: 'A process that reads a credentials file',
  work: 'A whole process, timed from outside: it imports `@latchkey/core/node`, reads client id, secret and endpoints from a file, and exits. That the secret is the right one is checked.',
  note: 'Columns "above" are medians of the differences of each round. Goals are of processor time above the empty module. No peer reads files of several forms.',
  measure,
};

async function measure({ server, rounds, folder }) {
  const prepare = async (entry) => {
    const [realm, place] = [await server.open(), path.join(folder(), 'credentials')];
    (await loadCandidate(entry.candidate, 'seedFile'))(realm, place);
    return { realm, place };
  };
  const check = ({ clientSecret }, secret, name) => {
    if (secret !== clientSecret) throw new Error(`${name} gave another secret than that of the file.`);
  };
  const tables = [];
  const goals = [];
  for (const major of [20, 24]) {
    const node = await nodeBinary(major);
    const version = await versionOfNode(node);
    const run = await wholeProcesses({ server, entries, rounds: rounds(15), prepare, check, node });
    tables.push(`Node ${version}:`, coldTable(run, empty));
    const own = (name) => processorAbove(run.results, name, empty);
    goals.push(
      ...forms.map(({ form }) =>
        atMost(
          `${ours(form)}, against the build before, Node ${version}`,
          own(ours(form)) / own(before(form)),
          0.3,
          'x',
        ),
      ),
    );
  }
  return { tables, goals };
}
