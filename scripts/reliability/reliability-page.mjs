/** docs/reliability.md, of which three runs write a part each. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../steps.mjs';

const page = path.join(root, 'docs/reliability.md');

/** Writes the part of `kills`, `faults` or `logins` anew, and leaves the others as they stand. */
export function writePart(name, text) {
  const [kills, faults, logins = ''] = readFileSync(page, 'utf8').split(/(?=^## (?:Faults|Logins))/m);
  const parts = Object.values({ kills, faults, logins, [name]: text });
  writeFileSync(
    page,
    `${parts
      .map((part) => part.trim())
      .join('\n\n')
      .trim()}\n`,
  );
}
