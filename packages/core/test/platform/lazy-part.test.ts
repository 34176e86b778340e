import { describe, expect, jest, test } from '@jest/globals';
import { TokenEndpointUnavailableError } from '@latchkey/core';
import { lazyPart } from '../../dist/platform/lazy-part.js';

const emfile = Object.assign(new Error('EMFILE: too many open files, open openid-client.js'), { code: 'EMFILE' });

/** A part whose import fails so many times. */
function part(failures: number): { imports: () => number; load: () => Promise<string> } {
  let imports = 0;
  const load = lazyPart(async () => {
    if (++imports <= failures) throw emfile;
    return 'the part';
  });
  return { imports: () => imports, load };
}

/** Loads on a Node with so many descriptors left; those that are open afterwards. */
function loadOn(
  version: string,
  load: () => Promise<unknown>,
  left: number,
): { result: Promise<unknown>; open: Set<number> } {
  const open = new Set<number>();
  const openSync = (): number => {
    if (open.size === left) throw emfile;
    return open.add(open.size).size - 1;
  };
  const fs = { openSync, closeSync: (fd: number) => open.delete(fd) };
  const node = { versions: { node: version }, getBuiltinModule: () => fs };
  const replaced = jest.replaceProperty(globalThis, 'process', node as unknown as NodeJS.Process);
  const result = load().catch((error: unknown) => error);
  replaced.restore();
  return { result, open };
}

describe('A part that is loaded when it is first needed', () => {
  test('is imported once for all who need it', async () => {
    const { imports, load } = part(0);
    expect(await Promise.all([load(), load()])).toEqual(['the part', 'the part']);
    await load();
    expect(imports()).toBe(1);
  });

  test('is told as what it is when it cannot be imported, and tried again', async () => {
    const { imports, load } = part(2);
    const [first, second] = await Promise.allSettled([load(), load()]);
    expect(first).toEqual(second);
    const failure = await load().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokenEndpointUnavailableError);
    expect(failure).toMatchObject({
      code: 'IMPORT_FAILED',
      retryable: true,
      mayHaveArrived: false,
      message: expect.stringContaining(emfile.message) as unknown,
      remedy: expect.stringContaining('ulimit -n') as unknown,
      cause: emfile,
    });
    expect(await load()).toBe('the part');
    expect(imports()).toBe(3);
  });

  test('is to stand in one file where there is no import(), as in a service worker', async () => {
    const load = lazyPart(() => Promise.reject(new TypeError('import() is disallowed on ServiceWorkerGlobalScope')));
    await expect(load()).rejects.toMatchObject({
      code: 'IMPORT_FAILED',
      remedy: expect.stringContaining('into one file') as unknown,
    });
  });

  test('is no part where a bundler has put it behind a top-level await that waits for it', async () => {
    const load = lazyPart(() => Promise.resolve(undefined));
    await expect(load()).rejects.toMatchObject({
      code: 'IMPORT_FAILED',
      message: expect.stringContaining('await') as unknown,
    });
  });

  const forGood = 'is not begun on Node %s, which keeps a failed import for good, while descriptors are missing';
  test.each(['20.19.0', '22.12.0'])(forGood, async (version) => {
    const { imports, load } = part(0);
    const { result, open } = loadOn(version, load, 3);
    expect(await result).toMatchObject({ code: 'IMPORT_FAILED', cause: emfile });
    expect([imports(), open.size]).toEqual([0, 0]);
    const later = loadOn(version, load, 1000);
    expect(await later.result).toBe('the part');
    expect([imports(), later.open.size]).toEqual([1, 0]);
  });
});
