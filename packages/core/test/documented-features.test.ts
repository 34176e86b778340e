import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const docs = join(import.meta.dirname, '../../../docs');
const rows = readFileSync(join(docs, 'features.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (\d+) +\| .* \| \[[^\]]+\]\(([^)]+)\): (.*?) +\|$/.exec(line))
  .filter((row) => row !== null);

describe('docs/features.md', () => {
  test('has each of the 78 rows', () => {
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 78 }, (_, index) => index + 1));
  });

  test.each(rows.map(([, number, file, title]) => [number, file, title] as const))(
    'row %s is proved by a test that exists: %s: %s',
    (_number, file = '', title = '') => {
      const path = join(docs, file);
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain(title.replaceAll('\\_', '_'));
    },
  );
});
