import { afterAll, beforeAll, beforeEach, afterEach } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { findChromium } from './find-chromium.js';

export type { BrowserContext, Page } from 'playwright-core';

/** Chromium must reach nothing but this machine, whatever a page asks for. */
const names = 'MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]';
const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const args = ['--disable-gpu', '--disable-quic', ...quiet, `--host-resolver-rules=${names}`];

/** Starts Chromium for the tests of a file; each test has a profile of its own. `evil.test` is this machine. */
export function useChromium(): () => BrowserContext {
  let browser: Browser | undefined;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await chromium.launch(howToLaunch());
  }, 400_000);
  beforeEach(async () => {
    context = await browser!.newContext();
    context.setDefaultTimeout(120_000);
  });
  afterEach(() => context.close());
  afterAll(() => browser?.close());
  return () => context;
}

/** Starts Chromium with the profile in a folder, which stays when it ends; `preferences` are for a new one. */
export async function openProfile(folder: string, preferences?: object): Promise<BrowserContext> {
  if (preferences) {
    mkdirSync(join(folder, 'Default'), { recursive: true });
    writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify(preferences));
  }
  const context = await chromium.launchPersistentContext(folder, howToLaunch());
  context.setDefaultTimeout(120_000);
  return context;
}

function howToLaunch(): LaunchOptions {
  return { executablePath: findChromium(), args, chromiumSandbox: process.getuid?.() !== 0 };
}
