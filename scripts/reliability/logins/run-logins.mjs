/** Plays the cells of a plan, those of one server and flow one after the other. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Bench } from './bench.mjs';
import { playCell } from './cell.mjs';
import { openOutages } from './outages.mjs';
import { openPlace } from './places.mjs';

/** How many servers are busy at once: some wait for a disk or a lock. */
const lanes = 4;

/** In memory where there is such a place: no machine loses its power here, so that nothing has to reach a disk. */
const [fastFolder] = ['/dev/shm', tmpdir()].filter((folder) => existsSync(folder));

/** `choose` gives the cells, of all outages. Returns each with its counts. */
export async function runLogins(choose, redisUrl) {
  const folder = mkdtempSync(path.join(fastFolder, 'latchkey-logins-'));
  const { outages, close } = await openOutages(folder);
  const places = new Map();
  const open = (kind) => {
    const place = { kind, folder: path.join(folder, 'tokens'), redisUrl };
    if (!places.has(kind)) places.set(kind, { place, ...openPlace(place) });
    return places.get(kind);
  };
  try {
    const byBench = {};
    for (const cell of choose(outages)) (byBench[benchOf(cell)] ??= []).push(cell);
    const waiting = Object.entries(byBench);
    const results = [];
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) results.push(...(await playBench(next, open)));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return results;
  } finally {
    for (const place of places.values()) await place.close?.();
    close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchOf({ storage, grant, grace }) {
  return `${storage}, ${grant}, ${grace}`;
}

async function playBench([name, cells], open) {
  const [{ storage: kind, grant, grace }] = cells;
  const bench = await Bench.start(name.replaceAll(/\W+/g, '-'), { grant, grace, ...open(kind) });
  const results = [];
  try {
    for (const { outage, callers, length } of cells) {
      const counts = await playCell(bench, { outage, callers, length });
      results.push({
        storage: kind,
        grant,
        grace,
        outage: outage.name,
        callers: callers.name,
        length: length.name,
        counts,
      });
    }
  } finally {
    await bench.stop();
  }
  return results;
}
