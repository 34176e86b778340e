import { describe, expect, test } from '@jest/globals';
import { searchChromium } from './find-chromium.js';

describe('Chromium for the tests', () => {
  test('is one of choice where LATCHKEY_CHROMIUM names it, which must run', () => {
    expect(searchChromium({ LATCHKEY_CHROMIUM: process.execPath }, [])).toBe(process.execPath);
    expect(() => searchChromium({ LATCHKEY_CHROMIUM: '/nowhere' }, [])).toThrow('LATCHKEY_CHROMIUM');
  });

  test('is the first that runs; without any, whoever cannot install is told what to type', () => {
    const env = { PATH: '/nowhere' };
    expect(searchChromium(env, ['/nowhere', process.execPath])).toBe(process.execPath);
    expect(() => searchChromium(env, ['/nowhere'])).toThrow('sudo apt-get install chromium');
  });
});
