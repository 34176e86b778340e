import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { describeTokenStorage, type TokenStorageFixture } from '@latchkey/core/testing';
import type { BrowserTokenStorage } from '../dist/browser/browser-token-storage.js';
import { bundleForBrowser } from '../../packages/core/test/chromium/browser-bundle.js';
import { type Page, useChromium } from '../../packages/core/test/chromium/chromium.js';
import { describeFull } from '../../packages/core/test/chromium/selection.js';
import { serveTabs } from '../../packages/core/test/chromium/tab-site.js';
import type { WebServer } from '../../packages/core/test/chromium/web-server.js';

const root = join(import.meta.dirname, '../..');

/** Runs in the page. `reopen` opens the place in a frame, which is another holder of locks, in another realm. */
const program = `
import { describeTokenStorage } from '${root}/packages/core/dist/testing/describe-token-storage.js';
import { BrowserTokenStorage } from '${root}/examples/dist/browser/browser-token-storage.js';

const names = new Map();
const named = (name, storage) => (names.set(storage, name), storage);
let count = 0;
globalThis.openHere = (name, codec) => new BrowserTokenStorage(name, { codec });

async function openInFrame(name, codec) {
  const frame = document.createElement('iframe');
  frame.src = '/';
  document.body.append(frame);
  while (!frame.contentWindow.isReady) await new Promise((resolve) => setTimeout(resolve, 5));
  return named(name, frame.contentWindow.openHere(name, codec));
}

const cases = new Map();
const runner = { describe: (name, body) => body(), test: (title, body) => cases.set(title, body) };
describeTokenStorage('', runner, {
  create: async () => named('contract-' + ++count, openHere('contract-' + count)),
  reopen: (storage) => openInFrame(names.get(storage)),
  reopenWith: (storage, codec) => openInFrame(names.get(storage), codec),
  /** Another version of the program has upgraded the database, after which this one cannot open it. */
  breakIt: (storage) => new Promise((resolve, reject) => {
    const request = indexedDB.open(names.get(storage), 2);
    request.onsuccess = () => resolve(request.result.close());
    request.onerror = reject;
  }),
  dispose: async () => document.querySelectorAll('iframe').forEach((frame) => frame.remove()),
});
globalThis.titles = [...cases.keys()];
globalThis.run = (title) => cases.get(title)().then(() => 'passed', (error) => String(error?.stack ?? error));
globalThis.isReady = true;
`;

// In the page.
declare const titles: string[];
declare const run: (title: string) => Promise<string>;
declare const openHere: (name: string) => BrowserTokenStorage;

describeFull('The contract of storages, in Chromium', () => {
  const context = useChromium();
  let code: string;
  let site: WebServer;
  let page: Page;
  beforeAll(async () => {
    const assert = join(root, 'packages/core/test/chromium/browser-assert.ts');
    code = (await bundleForBrowser(program, { alias: { 'node:assert/strict': assert } })).code;
  });
  beforeEach(async () => {
    const files = {
      '/': '<!doctype html><body></body><script src="/page.js" type="module"></script>',
      '/page.js': code,
    };
    site = await serveTabs({ files });
    page = await context().newPage();
    await page.goto(site.origin);
    await page.waitForFunction('globalThis.isReady');
  });
  afterEach(() => site[Symbol.asyncDispose]());

  const declared: string[] = [];
  const elsewhere = () => Promise.reject(new Error('The page has a fixture of its own.'));
  const fixture: TokenStorageFixture<BrowserTokenStorage> = {
    create: elsewhere,
    reopen: elsewhere,
    reopenWith: elsewhere,
    breakIt: elsewhere,
    dispose: elsewhere,
  };
  const declare = (title: string): void => {
    declared.push(title);
    test(title, async () => expect(await page.evaluate((name) => run(name), title)).toBe('passed'));
  };
  describeTokenStorage('BrowserTokenStorage', { describe, test: declare }, fixture);

  test('is run as a whole', async () => {
    expect(await page.evaluate(() => titles)).toEqual(declared);
    expect(declared.length).toBeGreaterThan(30);
  });

  test('a task is told when another script has stolen its lock', async () => {
    const told = await page.evaluate(async () => {
      const task = async ({ signal }: { readonly signal: AbortSignal }): Promise<boolean[]> => {
        const before = signal.aborted;
        void navigator.locks.request('stolen key', { steal: true }, async () => undefined);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return [before, signal.aborted];
      };
      return openHere('stolen').withLock('key', task, { signal: new AbortController().signal, timeout: 5 });
    });
    expect(told).toEqual([false, true]);
  });

  test('a lock is taken in a browser of 2022, which has no AbortSignal.any', async () => {
    const held = await page.evaluate(async () => {
      Reflect.deleteProperty(AbortSignal, 'any');
      const task = () => Promise.resolve('held');
      return openHere('old').withLock('key', task, { signal: new AbortController().signal, timeout: 5 });
    });
    expect(held).toBe('held');
  });
});
