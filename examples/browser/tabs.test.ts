import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { PasswordFlow } from '@latchkey/core';
import { FakeAuthorizationServer, type Interruption } from '@latchkey/core/testing';
import type { flow as flowOfPage } from '../dist/browser/flow.js';
import type { renewed as renewedOfPage } from '../dist/browser/renewed.js';
import { bundleForBrowser } from '../../packages/core/test/chromium/browser-bundle.js';
import { type Page, useChromium } from '../../packages/core/test/chromium/chromium.js';
import { describeFull } from '../../packages/core/test/chromium/selection.js';
import { serveTabs } from '../../packages/core/test/chromium/tab-site.js';
import type { WebServer } from '../../packages/core/test/chromium/web-server.js';

const dist = join(import.meta.dirname, '../dist/browser');
const renewal = { grantType: 'refresh_token' };

/** A tab whose script is the flow of the example; as a worker it answers a number by so many tokens. */
const program = `
import { flow } from '${dist}/flow.js';
import { renewed } from '${dist}/renewed.js';
const ask = (calls) => Promise.all(Array.from({ length: calls }, () =>
  flow.getAccessTokenRefreshIfNecessary().catch((error) => error.code ?? String(error))));
if (typeof document === 'undefined') addEventListener('message', async ({ data }) => postMessage(await ask(data)));
Object.assign(globalThis, { flow, renewed, ask, isReady: true });
`;

/** The token endpoint is behind the site itself, where a closed tab is a connection cut. */
const client = `export const client = {
  server: { tokenEndpoint: location.origin + '/token', authorizationEndpoint: location.origin + '/authorize' },
  clientId: 'spa', key: 'spa', lockTimeout: 10,
};`;

// In the page.
declare const flow: typeof flowOfPage;
declare const renewed: typeof renewedOfPage;
declare const ask: (calls: number) => Promise<string[]>;
declare const worker: Worker;

describeFull('Tabs and workers of one login, in Chromium', () => {
  const context = useChromium();
  let code: { readonly tab: string; readonly sharedWorker: string };
  let server: FakeAuthorizationServer;
  let site: WebServer;
  let files: Record<string, string>;
  beforeAll(async () => {
    const options = { modules: { [`${dist}/client.js`]: client } };
    const tab = await bundleForBrowser(program, options);
    const sharedWorker = await bundleForBrowser(`import '${dist}/shared-worker.js';`, options);
    code = { tab: tab.code, sharedWorker: sharedWorker.code };
  });
  beforeEach(async () => {
    server = await FakeAuthorizationServer.start({ rotation: 'rotate' });
    files = {
      '/': '<!doctype html><script src="/tab.js" type="module"></script>',
      '/tab.js': code.tab,
      '/shared-worker.js': code.sharedWorker,
    };
    site = await serveTabs({ files, behind: server.issuer });
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
    await server.stop();
  });

  async function openTab(): Promise<Page> {
    const page = await context().newPage();
    await page.goto(site.origin);
    await page.waitForFunction('globalThis.isReady');
    return page;
  }

  /** A login whose access token has ended. */
  async function logIn(page: Page): Promise<void> {
    const login = new PasswordFlow({ issuer: server.issuer, clientId: 'spa', username: 'ada', password: 'any' });
    await login.getAccessTokenRefreshIfNecessary();
    const save = async (token: string | undefined): Promise<void> => {
      await flow.importTokens({ refresh_token: token });
    };
    await page.evaluate(save, login.refreshToken);
    server.ledger.clear();
  }

  test('renew once for a hundred callers in each of four tabs and their four workers', async () => {
    const tabs = await Promise.all([1, 2, 3, 4].map(openTab));
    await logIn(tabs[0]!);
    const makeWorker = (): void => {
      Object.assign(globalThis, { worker: new Worker('/tab.js', { type: 'module' }) });
    };
    await Promise.all(tabs.map((tab) => tab.evaluate(makeWorker)));
    const gate = server.hold(renewal);
    const askBoth = async (): Promise<string[]> => {
      const answer = new Promise<string[]>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data as string[]);
      });
      worker.postMessage(100);
      return [...(await ask(100)), ...(await answer)];
    };
    const answers = Promise.all(tabs.map((tab) => tab.evaluate(askBoth)));
    await gate.arrived;
    gate.release();
    const tokens = (await answers).flat();
    expect([tokens.length, new Set(tokens).size]).toEqual([800, 1]);
    server.ledger.assertTokenRequests(1);
    expect((await fetch(server.api, { headers: { authorization: `Bearer ${tokens[0]}` } })).status).toBe(200);
  });

  test('renew by themselves where the shared worker could not be loaded', async () => {
    delete files['/shared-worker.js'];
    const tab = await openTab();
    await logIn(tab);
    await tab.waitForTimeout(500); // its error has been told by then, and to nobody who waits
    expect((await tab.evaluate(() => renewed().then(() => ask(1))))[0]).toMatch(/^at/);
  });

  test('go on when the one is closed that was about to renew, and nothing is lost', async () => {
    const [closed, other] = [await openTab(), await openTab()];
    await logIn(closed);
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const unheard = async ({ closed }: { readonly closed: Promise<void> }): Promise<Interruption> => {
      arrive();
      await closed;
      return 'cut';
    };
    server.nextAnswers(renewal, { name: 'cut before the server acts', before: unheard });
    void closed.evaluate(() => ask(1)).catch(() => undefined);
    await arrived;
    const answer = other.evaluate(() => ask(1));
    await closed.close();
    expect((await answer)[0]).toMatch(/^at/);
    server.ledger.assertTokenRequests(2);
    server.ledger.assertNoReuse();
  });

  test('lose nothing when the tab is closed whose renewal the server has done, where the shared worker renews', async () => {
    const [closed, other] = [await openTab(), await openTab()];
    await logIn(closed);
    const gate = server.hold({ ...renewal, processed: true });
    void closed.evaluate(() => renewed()).catch(() => undefined);
    await gate.arrived;
    await closed.close();
    gate.release();
    expect((await other.evaluate(() => renewed().then(() => ask(1))))[0]).toMatch(/^at/);
    server.ledger.assertTokenRequests(1);
  });

  test('lose nothing either when it was the last one', async () => {
    const last = await openTab();
    await logIn(last);
    const gate = server.hold({ ...renewal, processed: true });
    void last.evaluate(() => renewed()).catch(() => undefined);
    await gate.arrived;
    await last.close();
    gate.release();
    const next = await openTab();
    expect((await next.evaluate(() => ask(1)))[0]).toMatch(/^at/);
    server.ledger.assertNoReuse();
  });

  test('would lose it, had the closed tab renewed by itself: a strict server takes the next try for theft', async () => {
    const [closed, other] = [await openTab(), await openTab()];
    await logIn(closed);
    const gate = server.hold({ ...renewal, processed: true });
    void closed.evaluate(() => ask(1)).catch(() => undefined);
    await gate.arrived;
    await closed.close();
    gate.release();
    expect(await other.evaluate(() => ask(1))).toEqual(['INVALID_REFRESH_TOKEN']);
  });
});
