import { describe, expect, test } from '@jest/globals';
import { searchChromium } from './find-chromium.js';

describe('Chromium for the tests', () => {
  test('is one of choice where LATCHKEY_CHROMIUM names it, which must run', async () => {
    const env = { LATCHKEY_CHROMIUM: process.execPath };
    expect(await searchChromium(env, 1000, [])).toBe(process.execPath);
    await expect(searchChromium({ LATCHKEY_CHROMIUM: '/nowhere' }, 1000, [])).rejects.toThrow('LATCHKEY_CHROMIUM');
  });

  test('is the first that runs; without any, whoever is not root is told what to type', async () => {
    expect(await searchChromium({}, 1000, ['/nowhere', process.execPath])).toBe(process.execPath);
    await expect(searchChromium({}, 1000, ['/nowhere'])).rejects.toThrow('sudo apt-get install chromium');
  });
});
