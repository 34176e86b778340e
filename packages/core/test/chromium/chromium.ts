import { afterAll, beforeAll, beforeEach, afterEach, jest } from '@jest/globals';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { findChromium } from './find-chromium.js';

/** Chromium must reach nothing but this machine, whatever a page asks for. */
const names = 'MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]';
const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const args = ['--disable-gpu', '--disable-quic', ...quiet, `--host-resolver-rules=${names}`];

/** Starts Chromium for the tests of a file; each test has a profile of its own. `evil.test` is this machine. */
export function useChromium(): () => BrowserContext {
  let browser: Browser | undefined;
  let context: BrowserContext;
  jest.setTimeout(60_000);
  beforeAll(async () => {
    const executablePath = await findChromium();
    browser = await chromium.launch({ executablePath, args, chromiumSandbox: process.getuid?.() !== 0 });
  }, 400_000);
  beforeEach(async () => {
    context = await browser!.newContext();
    context.setDefaultTimeout(20_000);
  });
  afterEach(() => context.close());
  afterAll(() => browser?.close());
  return () => context;
}
