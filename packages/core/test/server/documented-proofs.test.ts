import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const docs = join(import.meta.dirname, '../../../../docs');

/** Reads the rows of a page's tables whose last cell names tests, each as `[file](path): title`, a semicolon between. */
function rowsOf(page: string): (readonly [first: string, path: string, title: string])[] {
  const lines = readFileSync(join(docs, page), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, first = '', proofs = ''] = /^\| (.*?) +\| (?:.* \| )?(\[[^\]]+\]\([^)]+\): .*?) +\|$/.exec(line) ?? [];
    return proofs.split(/; (?=\[)/).flatMap((proof) => {
      const [, path = '', title = ''] = /^\[[^\]]+\]\(([^)]+)\): (.*)$/.exec(proof) ?? [];
      return path === '' ? [] : [[first, path, title.replaceAll('\\_', '_')] as const];
    });
  });
}

describe.each(['features.md', 'security.md'])('docs/%s', (page) => {
  test.each(rowsOf(page))('proves "%s" by a test that exists: %s: %s', (_first, path, title) => {
    expect(title.length).toBeGreaterThan(5);
    expect(existsSync(join(docs, path))).toBe(true);
    expect(readFileSync(join(docs, path), 'utf8')).toContain(title);
  });
});

describe('the tables', () => {
  test('have each feature, of which the first 78 are those of the five systems', () => {
    const numbers = [...new Set(rowsOf('features.md').map(([number]) => Number(number)))];
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    const text = readFileSync(join(docs, 'features.md'), 'utf8');
    expect(text.match(/^\| \d+ /gm)).toHaveLength(numbers.length);
    expect(numbers.length).toBeGreaterThan(78);
  });

  test('have a proof in each row of the threat model', () => {
    const text = readFileSync(join(docs, 'security.md'), 'utf8');
    const rows = text.split('\n').filter((line) => /^\| (?!promise|-)/.test(line));
    expect(new Set(rowsOf('security.md').map(([first]) => first)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(25);
  });
});
