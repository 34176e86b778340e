import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { bundleForBrowser } from '../../packages/core/test/chromium/browser-bundle.js';
import {
  type BrowserContext,
  openProfile,
  type Page,
  useChromium,
} from '../../packages/core/test/chromium/chromium.js';
import { approve } from '../../packages/core/test/chromium/login-scene.js';
import { describeFull } from '../../packages/core/test/chromium/selection.js';
import { serveTabs } from '../../packages/core/test/chromium/tab-site.js';
import type { WebServer } from '../../packages/core/test/chromium/web-server.js';
import { ApprovingProvider } from '../../packages/core/test/scenes/approving-provider.js';

const dist = join(import.meta.dirname, '../dist/browser');

describeFull('The page of the example, in Chromium', () => {
  const context = useChromium();
  const files: Record<string, string> = {};
  let site: WebServer;
  let provider: ApprovingProvider;
  let folder: string;
  let profile: BrowserContext | undefined;
  beforeEach(async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined); // oidc-provider's advice for production
    jest.spyOn(console, 'info').mockImplementation(() => undefined);
    folder = mkdtempSync(join(tmpdir(), 'latchkey-profile-'));
    site = await serveTabs({ files });
    const registered = {
      client_id: 'my-page',
      application_type: 'native' as const, // for the sake of http: on loopback
      token_endpoint_auth_method: 'none' as const,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${site.origin}/`],
    };
    const features = { devInteractions: { enabled: true }, revocation: { enabled: true } };
    provider = await ApprovingProvider.start(registered, { features, clientBasedCORS: () => true });
    const client = {
      issuer: provider.issuer,
      clientId: 'my-page',
      scope: 'openid offline_access',
      authorizationParameters: { prompt: 'consent' },
    };
    const modules = { [`${dist}/client.js`]: `export const client = ${JSON.stringify(client)};` };
    const bundle = (name: string) => bundleForBrowser(`import '${dist}/${name}';`, { modules });
    files['/'] = readFileSync(join(import.meta.dirname, 'index.html'), 'utf8');
    files['/main.js'] = (await bundle('main.js')).code;
    files['/shared-worker.js'] = (await bundle('shared-worker.js')).code;
  });
  afterEach(async () => {
    await profile?.close();
    profile = undefined;
    await site[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    jest.restoreAllMocks();
  });

  async function open(where: BrowserContext = context()): Promise<Page> {
    const page = await where.newPage();
    await page.goto(site.origin);
    return page;
  }

  /** Waits until the page says so. */
  async function says(page: Page, text: string): Promise<void> {
    await page.getByText(text).waitFor();
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

  async function logIn(page: Page): Promise<void> {
    await says(page, 'logged out');
    await press(page, 'Log in');
    await approve(page);
    await says(page, 'logged in as ada');
  }

  test('logs in by a redirect, leaves no code behind, and calls with a token', async () => {
    const page = await open();
    await logIn(page);
    expect(page.url()).toBe(`${site.origin}/`);
    await press(page, 'Who am I?');
    await says(page, '{"sub":"ada"}');
    await page.reload();
    await says(page, 'logged in as ada');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test('tells other tabs of a login and of a logout at once', async () => {
    const [page, other] = [await open(), await open()];
    await says(other, 'logged out');
    await logIn(page);
    await says(other, 'logged in as ada');
    await press(other, 'Who am I?'); // its shared worker holds a token now
    await says(other, '{"sub":"ada"}');
    await press(page, 'Log out');
    await says(other, 'logged out');
    await press(other, 'Who am I?');
    await says(other, 'No tokens are stored');
  });

  test('stays logged in when the browser is closed and started again, outside of private mode', async () => {
    profile = await openProfile(folder);
    await logIn(await open(profile));
    await profile.close();
    profile = await openProfile(folder);
    await says(await open(profile), 'logged in as ada');
  });

  test('is logged in for all tabs of a private session, for no other one, and not when it has ended', async () => {
    const open1 = await open();
    await logIn(open1);
    await says(await open(), 'logged in as ada');
    const browser = context().browser();
    const another = await browser!.newContext();
    await says(await open(another), 'logged out');
    await another.close();
    await context().close();
    const later = await browser!.newContext();
    await says(await open(later), 'logged out');
    await later.close();
  });

  test('says what to do where the browser stores nothing, before anybody logs in', async () => {
    profile = await openProfile(folder, { profile: { default_content_setting_values: { cookies: 2 } } });
    const page = await open(profile);
    await press(page, 'Log in');
    await says(page, 'does not let this page store tokens. Allow this site to store data');
    expect(provider.seen).toEqual([]);
  });

  test('says what to do where there is no room, before anybody logs in', async () => {
    const page = await context().newPage();
    const session = await context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1000 });
    await page.goto(site.origin);
    await press(page, 'Log in');
    await says(page, 'no room left for the tokens. Free room on the disk');
    expect(provider.seen).toEqual([]);
  });
});
