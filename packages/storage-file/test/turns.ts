import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './child.js';
import { makeFolder } from './folder.js';

/** Who holds a lock file. */
export interface Owner {
  pid: number;
  host: string;
  start?: string;
  nonce: string;
}

/** The numbers of the turns that are there. */
export const turnsOf = (file: string): number[] =>
  readdirSync(`${file}.lockfile`)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((one, other) => one - other);

/** The file of the last turn of a lock file. */
export const turnOf = (file: string): string => join(`${file}.lockfile`, String(turnsOf(file).at(-1)));

/** Tells whether the last turn is held, and by whom. */
export function readTurn(path: string): { state: string; owner: Owner } {
  const [state = '', , json = ''] = readFileSync(path, 'utf8').split(/ +(.*?) (?=\{)/);
  return { state, owner: JSON.parse(json) as Owner };
}

/** Lets a turn be held by somebody else, or hold anything, who last touched it so many seconds ago. */
export function writeTurn(path: string, owner: Owner | string, age = 0): void {
  writeFileSync(path, typeof owner === 'string' ? owner : `held          7 ${JSON.stringify(owner)}\n`);
  const time = Date.now() / 1000 - age;
  utimesSync(path, time, time);
}

/** A token file whose lock file was held by a process that is gone. */
export async function abandoned(): Promise<{ file: string; turn: string; owner: Owner }> {
  const file = join(makeFolder(), 'tokens.json');
  const child = start('hold.mjs', [file, 'lockfile']);
  await child.says('held');
  await child.kill();
  return { file, turn: turnOf(file), owner: readTurn(turnOf(file)).owner };
}
