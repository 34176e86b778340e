import { describe, expect, test } from '@jest/globals';
import { parseUrl } from '../../dist/platform/urls.js';

describe('parseUrl', () => {
  test('knows a URL with letters beyond ASCII however often it is asked', () => {
    for (let time = 0; time < 50_000; time++) {
      if (!parseUrl('https://bücher.example')) throw new Error(`Refused at time ${time}.`);
    }
    expect(parseUrl('https://bücher.example')?.host).toBe('xn--bcher-kva.example');
  });

  test('gives nothing for what is no URL, and takes a base', () => {
    expect(parseUrl('bücher')).toBeUndefined();
    expect(parseUrl('/a', 'https://x.example/b')?.href).toBe('https://x.example/a');
  });
});
