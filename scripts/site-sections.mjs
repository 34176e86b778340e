/** The sections of the pages, so that the search leads to one, and not to the top of a long page. */
import { DocumentReflection, Slugger } from 'typedoc';

/**
 * Returns what the search is to know of a page, as documents that are written nowhere, each with its anchor: the page as far
 * as its first section, and then each section.
 */
export function searchable(page) {
  const slugger = new Slugger({ lowercase: true });
  return sections(page.content.map(({ text }) => text).join('')).map(({ level, title, text }) => {
    const slug = slugger.slug(title.replace(/`.*?`/g, '')); // as typedoc makes it
    const isPage = level === 1;
    const part = new DocumentReflection(
      isPage ? page.name : title.replaceAll('`', ''),
      isPage ? page.parent : page,
      [{ kind: 'text', text }],
      {},
    );
    part.relevanceBoost = boost(level, title);
    return { anchor: isPage ? '' : `#${slug}`, part };
  });
}

/** A page counts more than its sections, but for those that are a question. */
function boost(level, title) {
  if (level === 1 || title.endsWith('?')) return 1;
  return level === 2 ? 0.25 : 0.1;
}

/** Cuts a text at its headings; a line of a block of code is none. */
function sections(markdown) {
  const found = [];
  let inCode = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    const [, marks, title] = (!inCode && /^(#{1,6}) (.*)/.exec(line)) || [];
    if (marks) found.push({ level: marks.length, title, text: '' });
    if (found.length > 0) found.at(-1).text += `${line}\n`;
  }
  return found;
}
