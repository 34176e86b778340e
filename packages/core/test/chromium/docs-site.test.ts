import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { useChromium } from './chromium.js';
import { describeFull } from './selection.js';
import { WebServer } from './web-server.js';

const root = join(import.meta.dirname, '../../../..');
const types: Partial<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Serves a folder as a plain web server does. */
function serve(folder: string): Promise<WebServer> {
  return WebServer.start((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, decodeURIComponent(pathname));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.setHeader('content-type', types[extname(file)] ?? 'text/html; charset=utf-8').end(readFileSync(file));
  });
}

describeFull('the documentation in Chromium', () => {
  const context = useChromium();
  let folder: string;
  let site: WebServer;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-docs-'));
    const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
    execFileSync(process.execPath, [typedoc, '--out', folder], { cwd: root, stdio: 'pipe' });
    site = await serve(folder);
  }, 300_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    problems = [];
    page = await context().newPage();
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('requestfailed', (request) => problems.push(request.url()));
    page.on('response', (response) => response.status() >= 400 && problems.push(response.url()));
  });
  afterEach(() => {
    expect(problems).toEqual([]);
  });

  test.each([
    ['saveTokens', 'AuthFlow.saveTokens'],
    ['LoginRequiredError', '@latchkey/core.LoginRequiredError'],
    ['refresh', 'How it works.The refresh transaction'],
    ['redis', 'Tasks.Many hosts: Redis'],
    ['cron', 'Tasks.CI and cron jobs'], // in no comment, only in a guide
    ['serverless', 'Tasks.Serverless'],
  ])('is searched for %s, and %s is among the first', async (word, result) => {
    await page.goto(`${site.origin}/index.html`);
    await page.click('#tsd-search-trigger');
    await page.fill('#tsd-search-input', word);
    const results = page.locator('#tsd-search-results li');
    await results.first().waitFor();
    const first = (await results.allInnerTexts()).slice(0, 4).map((text) => text.replace(/\s+/g, ' ').trim());
    expect(first).toContainEqual(expect.stringMatching(new RegExp(`${result}$`)));
    await results.first().click();
    await page.waitForURL((url) => !url.pathname.endsWith('index.html'));
  });

  test('leads from the front page by its navigation to a guide, and from there to a hook', async () => {
    await page.goto(`${site.origin}/index.html`);
    const navigation = page.locator('#tsd-nav-container');
    await navigation.locator('summary', { hasText: 'Guides' }).locator('svg').first().click();
    await navigation.getByRole('link', { name: 'Write your own flow' }).click();
    await page.waitForURL('**/documents/**');
    await page.getByRole('link', { name: 'saveTokens', exact: true }).first().click();
    await page.waitForURL('**/classes/*AuthFlow.html#savetokens');
    expect(
      await page
        .locator('section', { has: page.locator('#savetokens') })
        .last()
        .innerText(),
    ).toContain('Protected');
  });

  test('is switched to dark by a button, and stays so on the next page', async () => {
    await page.goto(`${site.origin}/index.html`);
    await page.getByRole('button', { name: 'Switch to dark' }).click();
    await page.goto(`${site.origin}/documents/Tasks.html`);
    await page.getByRole('button', { name: 'Switch to light' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  });

  test('shows the options of flows in groups', async () => {
    await page.goto(`${site.origin}/interfaces/_latchkey_core.AuthFlowOptions.html`);
    const groups = (await page.locator('h2').allInnerTexts()).filter((text) => !text.startsWith('Hierarchy'));
    expect(groups).toEqual(['Server and client', 'Token', 'Storage and lock', 'Time', 'Network']);
  });

  test.each([
    'documents/How_it_works.The_refresh_transaction.html',
    'classes/_latchkey_core.DeviceCodeFlow.html',
    'index.html',
    'documents/Getting_started.html',
    'documents/Guides.Errors.html',
    'interfaces/_latchkey_core.AuthFlowOptions.html',
  ])('is no wider than a phone: %s', async (path) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${site.origin}/${path}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});
