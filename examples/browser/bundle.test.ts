import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bundleForBrowser } from '../../packages/core/test/chromium/browser-bundle.js';

const dist = join(import.meta.dirname, '../dist/browser');

describe('The example for browsers', () => {
  test.each(['main.js', 'shared-worker.js'])('is bundled without a module of Node: %s', async (name) => {
    const { inputs, warnings } = await bundleForBrowser(`import '${dist}/${name}';`);
    expect(warnings).toEqual([]);
    expect(Object.keys(inputs)).toContainEqual(expect.stringMatching(/browser-token-storage\.js$/));
    const outside = Object.values(inputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
    expect(outside).toEqual([]);
  });
});
