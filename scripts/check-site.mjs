/**
 * Checks the pages that typedoc writes: that every link, of the search too, leads to a page and an anchor of the site, that
 * every export is in a group, that every flow and storage has an example and a guide, that a long page begins with an
 * overview, and that each error leads to a guide. Checks the folder that is named;
 * without one it has the site written twice, to folders for the time, of which the second sees a machine that is much too
 * busy: both must be the same.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { inflateSync } from 'node:zlib';
import { root, run, script, StepFailed, tool } from './steps.mjs';

await script(async () => {
  const [given] = process.argv.slice(2);
  if (given !== undefined) return check(path.resolve(given));
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-site-'));
  try {
    const [calm, busy] = await writeTwice(folder);
    compare(calm, busy);
    check(calm);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Has one run of typedoc write the site twice, since reading the sources takes longest; resolves to both folders. */
async function writeTwice(folder) {
  const usual = path.join(root, 'typedoc.json');
  const plugin = [...JSON.parse(readFileSync(usual, 'utf8')).plugin, './scripts/busy-clock.mjs'];
  const sites = ['calm', 'busy'].map((name) => path.join(folder, name));
  const options = {
    extends: [usual],
    plugin: plugin.map((file) => path.join(root, file)),
    outputs: sites.map((site) => ({ name: 'html', path: site })),
  };
  writeFileSync(path.join(folder, 'typedoc.json'), JSON.stringify(options));
  const { code, output } = await run(tool('typedoc/bin/typedoc', '--options', folder));
  if (code !== 0) throw new StepFailed(output);
  return sites;
}

function compare(calm, busy) {
  const [names, others] = [filesIn(calm), filesIn(busy)];
  const differs = (name) =>
    !others.includes(name) || !readFileSync(path.join(calm, name)).equals(readFileSync(path.join(busy, name)));
  const different = [...names.filter(differs), ...others.filter((name) => !names.includes(name))];
  if (different.length > 0) throw new StepFailed(`On a busy machine these look different:\n${different.join('\n')}`);
}

function check(folder) {
  const pages = pagesIn(folder);
  pages.set(path.join(folder, 'the search'), { text: '', anchors: new Set(), links: searchLinks(folder) });
  const errors = [...pages].flatMap(([file, page]) => [
    ...brokenLinks(file, page, pages),
    ...ungrouped(file, page),
    ...unexplained(file, page, pages),
    ...withoutOverview(file, page),
    ...withoutGuide(file, page),
  ]);
  if (errors.length > 0) throw new StepFailed(errors.join('\n'));
  console.log(`${pages.size - 1} pages, no broken link`);
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
}

/** Reads each page by its path: its text, what can be linked to on it, and where it links to. */
function pagesIn(folder) {
  const files = filesIn(folder).filter((name) => name.endsWith('.html'));
  const read = (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const all = (pattern) => [...text.matchAll(pattern)].map(([, value]) => value.replaceAll('&amp;', '&'));
    return { text, anchors: new Set(all(/ id="([^"]+)"/g)), links: all(/ (?:href|src)="([^"]+)"/g) };
  };
  return new Map(files.map((name) => [path.join(folder, name), read(name)]));
}

/** Reads where the search leads to, from its index: deflated JSON in base64. */
function searchLinks(folder) {
  const [, index] = /"(.+)"/.exec(readFileSync(path.join(folder, 'assets/search.js'), 'utf8'));
  return JSON.parse(inflateSync(Buffer.from(index, 'base64'))).rows.map(({ url }) => url);
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

/** Of a page on two screens of 900 pixels, which are some 3000 characters, the beginning leads to each section. */
function withoutOverview(file, { text }) {
  const isPage = path.basename(path.dirname(file)) === 'documents' || path.basename(file) === 'index.html';
  const content = text.slice(text.indexOf('class="col-content"'), text.indexOf('class="col-sidebar"'));
  if (!isPage || content.replaceAll(/<[^>]*>/g, '').length < 3000) return [];
  const [beginning, ...sections] = content.split(/(?=<h2 id="(?!summary"))/);
  const missing = sections.map((section) => /id="([^"]*)"/.exec(section)[1]);
  if (missing.length === 0) return [`${file}: is long, and has no sections`];
  return missing
    .filter((anchor) => !beginning.includes(`href="#${anchor}"`))
    .map((anchor) => `${file}: is long, and begins without a link to its section #${anchor}`);
}

/** The section of each code of an error leads to a page. */
function withoutGuide(file, { text }) {
  if (path.basename(file) !== 'Guides.Errors.html') return [];
  const codes = text.split(/(?=<h[23] id=)/).filter((section) => section.startsWith('<h3'));
  if (codes.length === 0) return [`${file}: has no codes`];
  return codes
    .filter((section) => !/ href="(?:[A-Z]|\.\.\/documents)[^"]*\.html/.test(section))
    .map((section) => `${file}: #${/id="([^"]*)"/.exec(section)[1]} leads to no guide`);
}
