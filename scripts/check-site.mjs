/**
 * Checks the pages that typedoc writes: that every link leads to a page and an anchor of the site, that every export is in
 * a group, and that every flow and storage has an example and a guide. Checks the folder that is named; without one it has the site written to a folder for the time.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { run, script, StepFailed, tool } from './steps.mjs';

await script(async () => {
  const [given] = process.argv.slice(2);
  const folder = given ?? mkdtempSync(path.join(tmpdir(), 'latchkey-site-'));
  try {
    if (given === undefined) await write(folder);
    const pages = pagesIn(folder);
    const errors = [...pages].flatMap(([file, page]) => [
      ...brokenLinks(file, page, pages),
      ...ungrouped(file, page),
      ...unexplained(file, page, pages),
    ]);
    if (errors.length > 0) throw new StepFailed(errors.join('\n'));
    console.log(`${pages.size} pages, no broken link`);
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true });
  }
});

async function write(folder) {
  const { code, output } = await run(tool('typedoc/bin/typedoc', '--out', folder));
  if (code !== 0) throw new StepFailed(output);
}

/** Reads each page by its path: its text, what can be linked to on it, and where it links to. */
function pagesIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'));
  const read = (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const all = (pattern) => [...text.matchAll(pattern)].map(([, value]) => value.replaceAll('&amp;', '&'));
    return { text, anchors: new Set(all(/ id="([^"]+)"/g)), links: all(/ (?:href|src)="([^"]+)"/g) };
  };
  return new Map(files.map((name) => [path.join(folder, name), read(name)]));
}

function brokenLinks(file, { links }, pages) {
  return links.flatMap((link) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [place, anchor] = decodeURI(link).split('#');
    const target = place === '' ? file : path.resolve(path.dirname(file), place.replace(/\?.*/, ''));
    const page = pages.get(target);
    if (target.endsWith('.md'))
      return [`${file}: ${link} is no page; name it in the head of docs/tasks.md, guides.md or how-it-works.md`];
    const isThere = page && anchor ? page.anchors.has(anchor) : existsSync(target);
    return isThere ? [] : [`${file}: ${link} leads nowhere`];
  });
}

/** What has no tag `@group` gets one named after its kind. */
function ungrouped(file, { text }) {
  if (path.basename(path.dirname(file)) !== 'modules') return [];
  const kinds = /<h2[^>]*>(Classes|Interfaces|Functions|Type Aliases|Variables|Enumerations|Namespaces)\b/g;
  return [...text.matchAll(kinds)].map(([, kind]) => `${file}: there are ${kind} without @group`);
}

/** A flow or storage has an example, and a link to a guide that links back. */
function unexplained(file, { text }, pages) {
  if (!/(classes\/[^/]+(Flow|FlowSimple|TokenStorage)|interfaces\/[^/]+\.TokenStorage)\.html$/.test(file)) return [];
  const [, guides = ''] = /class="tsd-tag-guide">(.*?)<\/div>/s.exec(text) ?? [];
  const links = [...guides.matchAll(/href="(\.\.[^"#]+\.html)#/g)].map(([, link]) =>
    path.resolve(path.dirname(file), link),
  );
  const back = path.relative(path.dirname(path.dirname(file)), file);
  const errors = links
    .filter((guide) => !pages.get(guide)?.links.includes(`../${back}`))
    .map((guide) => `${guide}: has no link back to ${back}`);
  if (!text.includes('class="tsd-tag-example"')) errors.push(`${file}: has no @example in its doc comment`);
  if (links.length === 0) errors.push(`${file}: no guide names it in a line "Reference: …"`);
  return errors;
}
