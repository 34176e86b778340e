/** Writes docs/performance.md. A section whose row was not measured this time keeps its text. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machineLine, versions } from './machine.mjs';
import { summary } from './summary.mjs';
import { verdictLines } from './verdict.mjs';

const page = path.join(import.meta.dirname, '../../docs/performance.md');
const introduction = `# Performance

What Latchkey costs beside other libraries that do the same job, beside the least that could do it, and beside its own build
of November 2026 (\`Latchkey before\`: 0.1.0-0, commit f36f0f3). \`npm run bench\` measures all of it and writes this page; no
number here was typed. [How it is measured](../benchmarks/README.md) is told beside the code.

On this page: a [summary](#summary) of all rows but [19](#19-growth-credentials-in-one-process), which has no goal; [how to read
it](#how-to-read-it); the [versions](#versions); and each row.`;

const reading = `## How to read it

Each table is one run: the candidates ran in turn, round after round, each in a process of its own, against a token server
in another process on loopback. The last line of a row names its machine, which need not be that of the others. **Ratios** are medians of the ratios of each round, and are what to look at: the absolute
times of a shared machine drift. Rows that begin with "control" measure one candidate a second time; how far their ratio
is from 1 is how much a ratio of this run can be trusted. Processor time is that of all threads, in user and in system mode.
Every token was checked at the server that issued it. A goal that is **left** is not judged: nothing can reach it, as the
figure of the floor beside it shows.`;

/** One row as Markdown. */
export function sectionOf({ row, outcome, where, seconds }) {
  const { number, title, work, note } = row;
  const { tables, goals, text = [], plots = [] } = outcome;
  const pictures = plots.map(({ file, svg }) => `![${/<text[^>]*>([^<]*)/.exec(svg)[1]}](plots/${file})`);
  const parts = [`## ${number}. ${title}`, work, ...tables, ...pictures, ...text, ...(note ? [note] : [])];
  if (goals.length > 0) parts.push(verdictLines(goals).join('\n'));
  return [...parts, `_Measured ${machineLine(where)}; it took ${seconds} s._`].join('\n\n');
}

/** Puts the new sections, if any, among those that stand there, and writes the summary of all. */
export function writePage(results) {
  const sections = new Map(existing().map((section) => [Number(/^## (\d+)/.exec(section)?.[1]), section]));
  for (const result of results) sections.set(result.row.number, sectionOf(result));
  mkdirSync(path.join(page, '../plots'), { recursive: true });
  for (const { file, svg } of results.flatMap(({ outcome }) => outcome.plots ?? [])) {
    writeFileSync(path.join(page, '../plots', file), `${svg}\n`);
  }
  const sorted = [...sections].sort(([a], [b]) => a - b).map(([, section]) => section);
  const known = results.length > 0 ? `## Versions\n\n${versions().join(', ')}.` : section(/^## Versions$/m);
  const text = [introduction, summary(sorted), reading, known, ...sorted].join('\n\n');
  writeFileSync(page, `${text.trimEnd()}\n`);
}

function existing() {
  return sectionsThere().filter((section) => /^## \d+\./.test(section));
}

function section(heading) {
  return sectionsThere().find((text) => heading.test(text)) ?? '';
}

function sectionsThere() {
  if (!existsSync(page)) return [];
  const [, ...sections] = readFileSync(page, 'utf8').split(/\n(?=## )/);
  return sections.map((text) => text.trim());
}
