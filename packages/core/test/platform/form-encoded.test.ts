import { describe, expect, test } from '@jest/globals';
import { formEncoded } from '../../src/platform/form-encoded.js';

describe('a form-encoded text', () => {
  const standard = (text: string): string => new URLSearchParams([['', text]]).toString().slice('='.length);

  test('is what URLSearchParams makes of each character', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (formEncoded(character) !== standard(character)) throw new Error(`U+${code.toString(16)} differs.`);
    }
  });

  test.each([
    'https://login.example.org/tenant?a=b&c=d#e',
    'a client (of ~two words), 100% *sure*.',
    'a pair \u{1f511} and its halves alone: \ud83d, \udd11, \udd11\ud83d.',
    ' \n\t+%20',
    '',
  ])('is what URLSearchParams makes of %j', (text) => {
    expect(formEncoded(text)).toBe(standard(text));
  });
});
