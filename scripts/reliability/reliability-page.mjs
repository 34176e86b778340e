/** docs/reliability.md, of which four runs write a part each. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../steps.mjs';

const page = path.join(root, 'docs/reliability.md');

/** Writes the part of `kills`, `faults`, `logins` or `calls` anew, and leaves the others as they stand. */
export function writePart(name, text) {
  const [kills, faults = '', logins = '', calls = ''] = readFileSync(page, 'utf8').split(
    /(?=^## (?:Faults|Logins|System calls))/m,
  );
  const parts = Object.values({ kills, faults, logins, calls, [name]: text }).map((part) => part.trim());
  writeFileSync(page, `${parts.join('\n\n').trim()}\n`);
}
