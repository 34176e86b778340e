import { describe, expect, test } from '@jest/globals';
import { isBuiltin } from 'node:module';
import { bundleForBrowser } from './browser-bundle.js';

describe('@latchkey/core, bundled for the browser', () => {
  test('has no module of Node in it, nor one that was left out for want of it', async () => {
    const { inputs, warnings } = await bundleForBrowser("export * from '@latchkey/core';");
    expect(warnings).toEqual([]);
    const paths = Object.keys(inputs);
    expect(paths).toEqual(expect.arrayContaining([expect.stringMatching(/core\/dist\/index\.js$/)]));
    expect(paths).toEqual(expect.arrayContaining([expect.stringMatching(/openid-client\/build\/index\.js$/)]));
    const imported = Object.values(inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect([...paths, ...imported].filter((path) => isBuiltin(path) || path.startsWith('(disabled)'))).toEqual([]);
    const outside = Object.values(inputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
    expect(outside).toEqual([]);
  });

  test('would not be made if it had', async () => {
    const node = "export * from '@latchkey/core/node';";
    await expect(bundleForBrowser(node)).rejects.toThrow('Could not resolve "node:');
  });
});
