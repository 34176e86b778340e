/** docs/reliability.md, of which two runs write a part each. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../steps.mjs';

const page = path.join(root, 'docs/reliability.md');

/** Writes the part of `kills` or `faults` anew, and leaves the other as it stands. */
export function writePart(name, text) {
  const [kills, faults] = readFileSync(page, 'utf8').split(/(?=^## Faults)/m);
  const parts = { kills, faults, [name]: text };
  writeFileSync(page, `${parts.kills.trimEnd()}\n\n${parts.faults}`);
}
