import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { saveDurably } from '../candidates/bare-burst.mjs';
import { beforeOf } from '../candidates/list.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { importCandidate } from '../measure/load-candidate.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

const reference = 'temporary file, fsync, rename, fsync of the folder';
const ours = 'Latchkey, file';
const before = beforeOf(ours);
const control = 'control: the same again';
const entries = [
  reference,
  { name: control, candidate: reference },
  'without the fsync of the folder',
  'writeFileSync in place',
  ours,
  before,
];

/** Row 9: a durable save. */
export default {
  number: 9,
  title: 'A durable save',
  work: 'A record of about 2 KB replaces another; the floor makes the same system calls one after the other, synchronously. Latchkey reads the present record first, compares its generation and its owner, and makes the file private.',
  note: 'No peer saves durably: aws and msal-node write in place, without fsync, and badgateway leaves it to its user.',
  measure,
};

async function measure({ server, rounds, count, folder }) {
  const { results } = await inTurn({
    row: import.meta.url,
    entries,
    rounds: rounds(9),
    prepare: async () => ({
      realm: await server.open(),
      file: path.join(folder(), 'tokens.json'),
      saves: count(200, 5),
    }),
    check: (entry, { realm }, { token }) => server.check(realm, [token], nameOf(entry)),
  });
  const samples = new Map([...results].map(([name, all]) => [name, all.map(({ microseconds }) => microseconds)]));
  return {
    tables: [timingTable({ samples, unit: 'µs', references: [reference] })],
    goals: [
      atMost('Latchkey against the floor', ratio(samples.get(ours), samples.get(reference)), 1.5, 'x'),
      noWorse(samples, ours, { control, reference }),
    ],
  };
}

/** In the candidate's process. */
export async function inChild(candidate, { realm, file, saves }) {
  const save = await saverOf(candidate, realm, file);
  for (let generation = 1; generation <= saves; generation++) await save(generation);
  const took = [];
  for (let generation = saves + 1; generation <= 2 * saves; generation++) {
    const began = performance.now();
    await save(generation);
    took.push((performance.now() - began) * 1000);
  }
  return { token: JSON.parse(readFileSync(file, 'utf8')).access_token, microseconds: median(took) };
}

async function saverOf(candidate, realm, file) {
  const record = (generation) => ({
    access_token: realm.accessToken,
    refresh_token: realm.refreshToken,
    id_token: realm.accessToken.slice(0, 500),
    token_type: 'bearer',
    expires_at: 2_000_000_000,
    latchkey: { version: 1, key: 'a key', generation },
  });
  if ([ours, before].includes(candidate)) return latchkeySaver(candidate, file, record);
  const isInPlace = candidate === 'writeFileSync in place';
  return async (generation) => {
    const text = JSON.stringify(record(generation));
    if (isInPlace) return writeFileSync(file, text);
    saveDurably(file, text, { syncsFolder: candidate === reference });
  };
}

async function latchkeySaver(candidate, file, record) {
  const { FileTokenStorage, TokenSet } = await importCandidate(candidate);
  const storage = new FileTokenStorage(file);
  const lock = { signal: new AbortController().signal };
  return (generation) => {
    const expected = generation === 1 ? 0 : generation - 1;
    return storage.save('a key', TokenSet.from(record(generation)), { reason: 'refresh', expected, lock });
  };
}
