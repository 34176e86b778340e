import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../../../..');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sources(path);
    return entry.name.endsWith('.ts') ? [readFileSync(path, 'utf8')] : [];
  });
}

describe('docs/errors.md', () => {
  const headings = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^### ([A-Z_]+)$/gm)].map(
    ([, code]) => code,
  );
  const used = sources(join(root, 'packages/core/src')).flatMap((text) =>
    [...text.matchAll(/(?:\bcode: |\bunreadable\(\s*)'([A-Z_]+)'/g)].map(([, code]) => code),
  );

  test('has one heading for every code, and none for a code that is never used', () => {
    expect([...headings].sort()).toEqual([...new Set(used)].sort());
    expect(headings.length).toBeGreaterThan(20);
  });
});
