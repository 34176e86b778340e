import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { useChromium } from './chromium.js';
import { describeFull } from './selection.js';
import { clicksFromFrontPage } from './site-clicks.js';
import { WebServer } from './web-server.js';

const root = join(import.meta.dirname, '../../../..');
const types: Partial<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Is given up by itself, since nothing can end it from outside when the test's time is over. */
async function writeSite(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-docs-'));
  const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
  await promisify(execFile)(process.execPath, [typedoc, '--out', folder], { cwd: root, timeout: 240_000 });
  return folder;
}

/** Serves a folder as a plain web server does. */
function serve(folder: string): Promise<WebServer> {
  return WebServer.start((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, decodeURIComponent(pathname));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.setHeader('content-type', types[extname(file)] ?? 'text/html; charset=utf-8').end(readFileSync(file));
  });
}

/** What people ask, how they search for it, and where the answer is. */
const questions = [
  ['Which flow for a cron job?', 'cron', 'Tasks.CI_and_cron_jobs.html'],
  ['Why was I asked to log in again?', 'log in again', 'Questions.html#why-was-i-asked-to-log-in-again'],
  ['How do I share one login among many hosts?', 'many hosts', 'Tasks.Many_hosts__Redis.html'],
  [
    'Why does my container ask for a login at each start?',
    'container',
    'Questions.html#why-does-my-container-ask-for-a-login-at-each-start',
  ],
  ['What does REFRESH_TOKEN_SUSPECT mean?', 'REFRESH_TOKEN_SUSPECT', 'Guides.Errors.html#refresh_token_suspect'],
  ['Does it work with Entra, or Okta?', 'okta', 'Questions.html#does-it-work-with-my-server-entra-okta-google'],
  ['How do I test my code?', 'test', 'Tasks.Testing.html'],
  ['How do I use it from NestJS, or Next.js?', 'nest', 'Tasks.NestJS.html'],
  ['How do I log a user out?', 'logout', 'Questions.html#how-do-i-log-a-user-out'],
  ['How fast does it start?', 'startup', 'Questions.html#how-fast-does-it-start'],
] as const;

describeFull('the documentation in Chromium', () => {
  const context = useChromium();
  let folder: string;
  let site: WebServer;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    folder = await writeSite();
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

  /** Searches from the front page, and waits for what is found. */
  async function search(text: string): Promise<Locator> {
    await page.goto(`${site.origin}/index.html`);
    await page.click('#tsd-search-trigger');
    await page.fill('#tsd-search-input', text);
    const results = page.locator('#tsd-search-results li');
    await results.first().waitFor();
    return results;
  }

  test.each([
    ['saveTokens', 'AuthFlow.saveTokens'],
    ['LoginRequiredError', '@latchkey/core.LoginRequiredError'],
    ['refresh', 'How it works.The refresh transaction'],
    ['redis', 'Tasks.Many hosts: Redis'],
    ['cron', 'Tasks.CI and cron jobs'], // in no comment, only in a guide
    ['serverless', 'Tasks.Serverless'],
  ])('is searched for %s, and %s is among the first', async (word, result) => {
    const results = await search(word);
    const first = (await results.allInnerTexts()).slice(0, 4).map((text) => text.replace(/\s+/g, ' ').trim());
    expect(first).toContainEqual(expect.stringMatching(new RegExp(`${result}$`)));
    await results.first().click();
    await page.waitForURL((url) => !url.pathname.endsWith('index.html'));
  });

  test.each(questions)(
    'is asked "%s", or searched for "%s", and the answer is among the first three',
    async (question, words, answer) => {
      for (const text of [question, words]) {
        const results = await search(text);
        const links = await results
          .locator('a')
          .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
        expect(links.slice(0, 3)).toContain(`${site.origin}/documents/${answer}`);
      }
    },
  );

  test('answers each of these questions within two clicks from its front page', () => {
    const clicks = clicksFromFrontPage(folder);
    const far = questions.filter(([, , answer]) => (clicks.get(`documents/${answer}`) ?? Infinity) > 2);
    expect(far).toEqual([]);
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

  test.each(['How_it_works.Architecture', 'How_it_works.The_refresh_transaction', 'Guides.Callers,_processes,_hosts'])(
    'shows a picture in light and in dark, as the switch says: %s',
    async (name) => {
      await page.goto(`${site.origin}/documents/${name}.html`);
      const picture = page.locator('.col-content img[src$=".svg"]').first();
      await picture.scrollIntoViewIfNeeded();
      const inside = async (): Promise<string> => {
        const { x, y } = (await picture.boundingBox())!;
        return (await page.screenshot({ clip: { x: x + 20, y: y + 20, width: 40, height: 30 } })).toString('base64');
      };
      const light = await inside();
      await page.getByRole('button', { name: 'Switch to dark' }).click();
      expect(await inside()).not.toBe(light);
      expect(await picture.getAttribute('alt')).toMatch(/\w+ \w+/);
    },
  );

  test('has no page that is wider than a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 }, javaScriptEnabled: false };
    const narrow = await (await context().browser()!.newContext(phone)).newPage();
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
    expect(pages.length).toBeGreaterThan(300);
    const wide: string[] = [];
    for (const path of pages) {
      await narrow.goto(`${site.origin}/${path.split('/').map(encodeURIComponent).join('/')}`);
      const width = await narrow.evaluate(() => document.documentElement.scrollWidth);
      if (width !== 390) wide.push(`${path}: ${width}`);
    }
    await narrow.context().close();
    expect(wide).toEqual([]);
  }, 600_000);
});
