import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Counts the clicks from the front page of a written site to each place that its pages link to, its navigation aside. */
export function clicksFromFrontPage(folder: string): ReadonlyMap<string, number> {
  const clicks = new Map([['index.html', 0]]);
  for (const [place, count] of clicks) {
    for (const link of linksOf(folder, place)) if (!clicks.has(link)) clicks.set(link, count + 1);
  }
  return clicks;
}

function linksOf(folder: string, place: string): string[] {
  const [page = ''] = place.split('#');
  if (!page.endsWith('.html') || !existsSync(path.join(folder, page))) return [];
  const html = readFileSync(path.join(folder, page), 'utf8');
  const content = html.slice(html.indexOf('class="col-content"'), html.indexOf('class="col-sidebar"'));
  return [...content.matchAll(/ href="([^"]+)"/g)]
    .map(([, link]) => decodeURI(link!))
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => (link.startsWith('#') ? page + link : path.posix.join(path.posix.dirname(page), link)));
}
