/** docs/reliability.md, of which five runs write a part each. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../steps.mjs';

const page = path.join(root, 'docs/reliability.md');

/** Writes the part of `kills`, `faults`, `logins`, `calls` or `tabs` anew, and leaves the others as they stand. */
export function writePart(name, text) {
  const [kills, faults = '', logins = '', calls = '', tabs = ''] = readFileSync(page, 'utf8').split(
    /(?=^## (?:Faults|Logins|System calls|Tabs))/m,
  );
  const parts = Object.values({ kills, faults, logins, calls, tabs, [name]: text }).map((part) => part.trim());
  writeFileSync(page, `${parts.join('\n\n').trim()}\n`);
}

/** The sections of the page as they stand, by their titles. */
export function readSections() {
  const sections = readFileSync(page, 'utf8').split(/^(?=## )/m);
  return new Map(sections.map((section) => [/^## (.*)/.exec(section)?.[1], section.trimEnd() + '\n']));
}
