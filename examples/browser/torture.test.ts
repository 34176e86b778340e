import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { PasswordFlow } from '@latchkey/core';
import { FakeAuthorizationServer, type Rotation, torturePoints } from '@latchkey/core/testing';
import type { flow as flowOfPage } from '../dist/browser/flow.js';
import type { renewed as renewedOfPage } from '../dist/browser/renewed.js';
import { bundleForBrowser } from '../../packages/core/test/chromium/browser-bundle.js';
import { type BrowserContext, type Page, useChromium } from '../../packages/core/test/chromium/chromium.js';
import { describeFull } from '../../packages/core/test/chromium/selection.js';
import { serveTabs } from '../../packages/core/test/chromium/tab-site.js';
import type { WebServer } from '../../packages/core/test/chromium/web-server.js';

const dist = join(import.meta.dirname, '../dist/browser');
const hits = Number(process.env['LATCHKEY_TAB_HITS'] ?? 1);

/** Stands in for flow.js: a flow that reports each point of a renewal, and goes on when the report is answered. */
const steppingFlow = `
import { AuthorizationCodeFlow } from '${join(import.meta.dirname, '../../packages/core/dist/index.js')}';
import { BrowserTokenStorage } from '${dist}/browser-token-storage.js';
const query = new URLSearchParams(location.search);
const at = (point) => fetch('/at/' + (query.get('tab') ?? 'worker') + '/' + point);
class SteppingStorage extends BrowserTokenStorage {
  async withLock(key, task, options) {
    await at('take-lock');
    const stepped = async (lock) => {
      await at('look-again');
      return task(lock).finally(() => at('leaving'));
    };
    return query.has('unguarded') ? stepped({ signal: new AbortController().signal }) : super.withLock(key, stepped, options);
  }
  async save(key, tokens, context) {
    await at('save');
    const saving = super.save(key, tokens, context);
    await at('saving');
    await saving;
    await at('validate');
  }
}
async function steppingFetch(input, init) {
  const fetching = fetch(input, init);
  await at('redeem');
  const response = await fetching;
  const text = await response.text();
  await at('merge');
  return new Response(text, response);
}
const server = { tokenEndpoint: location.origin + '/token', authorizationEndpoint: location.origin + '/authorize' };
export const flow = new AuthorizationCodeFlow({
  server, clientId: 'spa', key: 'spa', lockTimeout: 10, storage: new SteppingStorage(), fetch: steppingFetch,
});
`;

const page = `
import { flow } from '${dist}/flow.js';
import { renewed } from '${dist}/renewed.js';
const ask = () => flow.getAccessTokenRefreshIfNecessary().then(() => 'token', (error) => error.code ?? String(error));
Object.assign(globalThis, { flow, renewed, ask, isReady: true });
`;

// In the page.
declare const flow: typeof flowOfPage;
declare const renewed: typeof renewedOfPage;
declare const ask: () => Promise<string>;

interface Bench {
  /** Who renews. */
  readonly renews: 'tab' | 'shared worker';
  readonly harm: 'closed' | 'frozen';
  readonly rotation: 'strict' | 'grace';
  readonly point: string;
  readonly unguarded?: boolean;
}

const counts = ['hits', 'reuses', 'lost logins', 'double owners', 'torn', 'left', 'excused'] as const;
type Counts = Record<(typeof counts)[number], number>;
const zeros = { reuses: 0, 'lost logins': 0, 'double owners': 0, torn: 0, left: 0 };

describeFull('Tabs that are closed and frozen at each point of a renewal', () => {
  const useContext = useChromium();
  const rows: string[] = [];
  let files: Record<string, string>;
  let server: FakeAuthorizationServer;
  let site: WebServer;
  let report: (tab: string, point: string) => Promise<void> | void;
  beforeAll(async () => {
    const options = { modules: { [`${dist}/flow.js`]: steppingFlow } };
    files = {
      '/': '<!doctype html><script src="/tab.js" type="module"></script>',
      '/tab.js': (await bundleForBrowser(page, options)).code,
      '/shared-worker.js': (await bundleForBrowser(`import '${dist}/shared-worker.js';`, options)).code,
    };
  });
  beforeEach(async () => {
    report = () => undefined;
    server = await FakeAuthorizationServer.start();
    const onReport = (line: string) => report(...(line.split('/') as [string, string]));
    site = await serveTabs({ files, behind: server.issuer, onReport });
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
    await server.stop();
  });
  afterAll(() => {
    const place = process.env['LATCHKEY_TAB_TABLE'];
    const head = ['renews', 'rotation', 'tab is', 'point', ...counts];
    const rule = head.map((_, n) => (n < 4 ? '---' : '--:'));
    if (place)
      writeFileSync(
        place,
        [head, rule]
          .map((row) => `| ${row.join(' | ')} |`)
          .concat(rows)
          .join('\n'),
      );
  });

  async function openTab(context: BrowserContext, tab: string, { unguarded = false }: Partial<Bench>): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${site.origin}/?tab=${tab}${unguarded ? '&unguarded' : ''}`);
    await page.waitForFunction('globalThis.isReady');
    return page;
  }

  /** Three tabs want a token; the first one, or the worker that it asked, is stopped at the point while it is hit. */
  async function play(context: BrowserContext, bench: Bench): Promise<Counts> {
    const found: Counts = { hits: 0, ...zeros, excused: 0 };
    const [victim, ...others] = await Promise.all(['0', '1', '2'].map((tab) => openTab(context, tab, bench)));
    const login = new PasswordFlow({ issuer: server.issuer, clientId: 'spa', username: 'ada', password: 'any' });
    await login.getAccessTokenRefreshIfNecessary();
    const save = async (token: string | undefined): Promise<void> => {
      await flow.importTokens({ refresh_token: token });
    };
    await victim!.evaluate(save, login.refreshToken);
    server.ledger.clear();

    const devtools = await context.newCDPSession(victim!);
    const want = (tab: Page): Promise<string> =>
      tab.evaluate((byWorker) => (byWorker ? renewed().then(ask) : ask()), bench.renews !== 'tab');
    const owners = new Set<string>();
    const answers: Promise<string>[] = [];
    const victimId = bench.renews === 'tab' ? '0' : 'worker';
    let hit = (): void => undefined;
    const wasHit = new Promise<void>((resolve) => (hit = resolve));
    report = async (tab, point) => {
      if (point === 'look-again' && owners.add(tab).size > 1) found['double owners']++;
      if (point === 'leaving') owners.delete(tab);
      if (tab !== victimId || point !== bench.point || found.hits > 0) return;
      found.hits++;
      if (bench.harm === 'frozen') await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
      else if (bench.renews === 'tab') owners.delete(tab);
      if (bench.harm === 'closed') await victim!.close();
      answers.push(...others.map(want));
      if (bench.harm === 'frozen') {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await devtools.send('Page.setWebLifecycleState', { state: 'active' });
      }
      hit();
    };
    const asked = want(victim!).catch(() => 'gone');
    await wasHit;
    if (bench.harm === 'frozen') answers.push(asked);
    const said = await Promise.all(answers);
    const stored = await others[0]!.evaluate(() => flow.reload().then((tokens) => tokens?.toJSON()));
    const pair = server.ledger.entries.find(({ issued }) => issued?.refreshToken === stored?.['refresh_token'])?.issued;
    const isLost = !server.honours(String(stored?.['refresh_token'])) || said.some((answer) => answer !== 'token');
    const diesWithIt = ['redeem', 'merge', 'save', 'saving'].includes(bench.point) && bench.harm === 'closed';
    const isExcused = diesWithIt && bench.renews === 'tab' && bench.rotation === 'strict';
    found.left = said.filter((answer) => answer !== 'token' && !/^[A-Z_]+$/.test(answer)).length;
    if (!stored || (pair && pair.accessToken !== stored['access_token'])) found.torn++;
    if (isExcused) found.excused += Number(isLost || server.ledger.reuses > 0);
    else {
      found.reuses += server.ledger.reuses;
      found['lost logins'] += Number(isLost);
    }
    return found;
  }

  const closed = torturePoints.map((point) => ({ renews: 'tab', harm: 'closed', point }) as const);
  const frozen = torturePoints.map((point) => ({ renews: 'tab', harm: 'frozen', point, rotation: 'strict' }) as const);
  const shared = closed.map((bench) => ({ ...bench, renews: 'shared worker', rotation: 'strict' }) as const);
  const benches: Bench[] = [
    ...(['strict', 'grace'] as const).flatMap((rotation) => closed.map((bench) => ({ ...bench, rotation }))),
    ...frozen,
    ...shared,
  ];

  test.each(benches)(
    'harm nothing: $renews renews, rotation $rotation, $harm at $point',
    async (bench) => {
      const sum: Counts = { hits: 0, ...zeros, excused: 0 };
      for (let round = 0; round < hits; round++) {
        const rotation: Rotation = bench.rotation === 'strict' ? 'rotate' : { grace: 60 };
        server.configure({ rotation });
        const context = await useContext().browser()!.newContext();
        const found = await play(context, bench);
        for (const name of counts) sum[name] += found[name];
        await context.close();
      }
      rows.push(
        `| ${[bench.renews, bench.rotation, bench.harm, bench.point, ...counts.map((name) => sum[name])].join(' | ')} |`,
      );
      expect(sum).toEqual({ ...zeros, hits, excused: expect.any(Number) });
    },
    60_000 + hits * 10_000,
  );

  test('do harm without the lock, which is seen', async () => {
    server.configure({ rotation: 'rotate' });
    const bench: Bench = { renews: 'tab', harm: 'frozen', rotation: 'strict', point: 'merge', unguarded: true };
    const found = await play(useContext(), bench);
    expect(found.reuses).toBeGreaterThan(0);
    expect(found['double owners']).toBeGreaterThan(0);
  });
});
