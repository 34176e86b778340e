import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeOf } from '../candidates/list.mjs';
import { accountNames, writeRecords } from '../measure/accounts.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { importCandidate } from '../measure/load-candidate.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

const reference = 'readFileSync + JSON.parse';
const ours = 'Latchkey, file';
const before = beforeOf(ours);
const control = 'control: Latchkey, file again';
const entries = [reference, 'fs.promises.readFile', ours, { name: control, candidate: ours }, before];

/** Row 8: the first read of a token from a file. */
export default {
  number: 8,
  title: 'The first read of a file',
  work: 'One process reads the tokens of many accounts, each from a file of about 2 KB of its own that it has not read before; Latchkey makes the flow of the account (`withAccount`), checks owner and permissions, and gives the token. Then the very first read of a new process, whose code has not run before.',
  note: 'Of the peers, only aws reads a file itself, at each call (row 1); its part for one file is not apart from the rest.',
  measure,
};

async function measure({ server, rounds, count, folder }) {
  const { results } = await inTurn({
    row: import.meta.url,
    entries,
    rounds: rounds(9),
    prepare: async () => ({ realm: await server.open(), folder: folder(), files: count(4000, 20) }),
    check: (entry, { realm }, { token }) => server.check(realm, [token], nameOf(entry)),
  });
  const of = (key) => new Map([...results].map(([name, all]) => [name, all.map((result) => result[key])]));
  const [each, first] = [of('microseconds'), of('first')];
  const limits = { unit: 'µs', references: [reference] };
  return {
    tables: [
      'Many accounts, each read once:',
      timingTable({ samples: each, ...limits }),
      'The first in a new process:',
      timingTable({ samples: first, ...limits }),
    ],
    goals: [
      atMost('Latchkey against readFileSync and JSON.parse', ratio(each.get(ours), each.get(reference)), 4, 'x'),
      noWorse(each, ours, { control, reference: ours }),
      noWorse(first, ours, { control, reference: ours, what: ', the first in a new process' }),
    ],
  };
}

/** In the candidate's process. The first half of the accounts warms up. */
export async function inChild(candidate, { realm, folder, files }) {
  const read = await readerOf(candidate, realm, folder, 2 * files);
  const start = performance.now();
  const token = await read(0);
  const first = (performance.now() - start) * 1000;
  for (let index = 1; index < files; index++) await read(index);
  const took = [];
  for (let index = files; index < 2 * files; index++) {
    const began = performance.now();
    await read(index);
    took.push((performance.now() - began) * 1000);
  }
  return { token, first, microseconds: median(took) };
}

async function readerOf(candidate, realm, folder, files) {
  const place = path.join(folder, 'accounts');
  const { flowOnFile } = await importCandidate(candidate === before ? before : ours);
  const flow = flowOnFile(realm, `${place}/`, { perKey: true });
  const keys = accountNames(files).map((account) => flow.withAccount(account).key);
  const paths = writeRecords(place, keys, (key) => record(realm, key));
  if (candidate === reference) return async (index) => JSON.parse(readFileSync(paths[index], 'utf8')).access_token;
  if (candidate === 'fs.promises.readFile') {
    return async (index) => JSON.parse(await readFile(paths[index], 'utf8')).access_token;
  }
  return (index) => flow.withAccount(`account ${index}`).getAccessTokenRefreshIfNecessary();
}

function record({ accessToken, refreshToken, lifetime }, key) {
  const now = Math.floor(Date.now() / 1000);
  const tokens = { access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer', scope: 'api' };
  const times = { expires_at: now + lifetime, issued_at: now, latchkey: { version: 1, key, generation: Date.now() } };
  const text = JSON.stringify({ ...tokens, ...times });
  return { ...tokens, ...times, padding: 'x'.repeat(Math.max(0, 2000 - text.length)) };
}
