import { describe, expect, test } from '@jest/globals';
import { isBlockedPort, parseUrl } from '../../dist/platform/urls.js';

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

describe('isBlockedPort', () => {
  /** Ends a request where it would be sent; fetch refuses earlier. */
  const dispatcher = {
    dispatch: (_options: unknown, handler: { onError(error: Error): void }): boolean => {
      handler.onError(new Error('allowed'));
      return true;
    },
  };
  const blocks = async (url: string): Promise<boolean> => {
    const failure: unknown = await fetch(url, { dispatcher } as never).catch((error: unknown) => error);
    return ((failure as Error).cause as Error).message === 'bad port';
  };

  test('knows each port that fetch blocks, and no other', async () => {
    const wrong: number[] = [];
    for (let port = 1; port < 11_000; port++) {
      const url = `http://127.0.0.1:${port}/`;
      if ((await blocks(url)) !== isBlockedPort(new URL(url))) wrong.push(port);
    }
    expect(wrong).toEqual([]);
    expect(await blocks('http://127.0.0.1:6000/')).toBe(true);
    expect(isBlockedPort(new URL('https://as.example/'))).toBe(false);
  });
});
