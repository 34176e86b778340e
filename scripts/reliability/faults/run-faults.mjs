/** Plays rounds of each fault with each flow over each storage. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SeededRandom } from '../../../packages/core/dist/testing/torture/seeded-random.js';
import { addUp } from './counts.mjs';
import { faultKinds } from './kinds.mjs';
import { flowKinds, Login } from './login.mjs';
import { openPlaces } from './places.mjs';
import { playRound } from './round.mjs';

/** How many cells are played at once: most of them wait. */
const lanes = 8;

/**
 * Plays so many rounds in every cell, those without the lock included; of the faults of those `names` only, where they
 * are given. `tell` is told of each storage that is done.
 */
export async function runFaults({ rounds, seed, redisUrl, names, tell = () => undefined }) {
  const chosen = faultKinds.filter(({ name }) => names?.includes(name) ?? true);
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-faults-'));
  const { places, close } = openPlaces(folder, redisUrl);
  try {
    const tables = [];
    for (const place of places) {
      const began = performance.now();
      tables.push({ place: place.name, rows: await playPlace(place, chosen, { rounds, seed }) });
      tell(place.name, (performance.now() - began) / 1000);
    }
    return { rounds, seed, flows: flowKinds.map(({ name }) => name), tables };
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playPlace(place, chosen, { rounds, seed }) {
  const [nothing] = faultKinds;
  const rows = [
    ...chosen.map((fault) => ({ name: fault.name, fault, guarded: true, cells: [] })),
    { name: 'nothing, but without the lock', fault: nothing, guarded: false, cells: [] },
  ];
  const waiting = rows.flatMap((row) => flowKinds.map((flowKind, n) => ({ row, flowKind, n })));
  const total = waiting.length;
  const lane = async () => {
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      const name = `login-${total - waiting.length}`;
      cell.row.cells[cell.n] = await playCell(name, { ...cell, place, rounds, seed });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return rows.map(({ name, guarded, cells }) => ({ name, guarded, cells }));
}

async function playCell(name, { row, flowKind, place, rounds, seed }) {
  const random = new SeededRandom(seed);
  const login = await Login.start(name, { place, flowKind, fault: row.fault, guarded: row.guarded });
  const counts = [];
  try {
    for (let n = 0; n < rounds; n++) counts.push(await playRound(login, row.fault, random));
  } finally {
    await login.stop();
  }
  return addUp(counts);
}
