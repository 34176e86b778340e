import { expect, test } from '@jest/globals';
import { loopbackRedirect } from '@latchkey/core/node';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { type CallbackPage, callbackPage } from '../../src/node/login/callback-pages.js';
import { begin } from '../node/loopback-scene.js';
import { useChromium } from './chromium.js';
import { describeFull } from './selection.js';

const shown: readonly CallbackPage[] = ['worked', 'declined', 'refused', 'failed', 'foreign'];
const folder = new URL('../../../../docs/login-pages/', import.meta.url);

/** Contrast of two colours (WCAG 2.2). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Whether all is within the window, and what can be read is readable. */
async function looksOf(page: Page): Promise<{ fits: boolean; contrasts: number[] }> {
  const { fits, colours, back } = await page.evaluate(() => {
    const { body, documentElement: root } = document;
    const of = (element: Element | null): string => (element ? getComputedStyle(element).color : '');
    return {
      fits: root.scrollWidth <= root.clientWidth,
      colours: [...document.querySelectorAll('h1, p, .mark')].map(of),
      back: getComputedStyle(body).backgroundColor,
    };
  });
  return { fits, contrasts: colours.map((colour) => contrast(colour, back)) };
}

describeFull('the pages after a login, in Chromium', () => {
  const context = useChromium();

  test.each(shown)('fit narrow and wide windows, light and dark: %s', async (kind) => {
    const page = await context().newPage();
    for (const [colorScheme, width, name] of [
      ['light', 280, 'a-program-with-a-very-long-name-and-no-place-to-break-it'],
      ['dark', 280, 'acme'],
      ['light', 1280, 'acme'],
      ['dark', 1280, 'acme'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 500 });
      await page.setContent(callbackPage(kind, name));
      const { fits, contrasts } = await looksOf(page);
      expect([fits, contrasts.length, Math.min(...contrasts) >= 4.5]).toEqual([true, 3, true]);
    }
  });

  test('fetch nothing, break no rule of their own, and have a name, a language and one heading', async () => {
    const { redirectUri, done } = await begin({ programName: 'acme' });
    const page = await context().newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${redirectUri}?code=1`);
    await done;
    expect([page.url(), said.filter((text) => !text.includes('favicon'))]).toEqual([redirectUri, []]);
    expect(await page.title()).toBe('You are nearly done – acme');
    expect([await page.locator('html').getAttribute('lang'), await page.locator('main h1').count()]).toEqual(['en', 1]);
    expect(await page.locator('[src], [href], form, iframe').count()).toBe(0);
  });

  test('leave no referrer with the server that they lead to', async () => {
    const successUrl = 'http://evil.test:1/welcome';
    const page = await context().newPage();
    const asked = page.waitForRequest(successUrl);
    const redirect = loopbackRedirect({
      showUrl: () => undefined,
      successUrl,
      openBrowser: (url) => void page.goto(`${url.href}?code=1`).catch(() => undefined),
    });
    const waiting = { redirectUri: undefined, signal: AbortSignal.timeout(120_000), complete: () => Promise.resolve() };
    await redirect((uri) => Promise.resolve(new URL(uri)), waiting);
    expect((await asked).headers()).not.toHaveProperty('referer');
  });

  test.each(shown)('are pictured in docs/login-pages.md, anew with LATCHKEY_PICTURES=1: %s', async (kind) => {
    const page = await context().newPage();
    await page.setViewportSize({ width: 480, height: 300 });
    let halves = '';
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setContent(callbackPage(kind, 'acme'));
      halves += `<img src="data:image/png;base64,${(await page.screenshot()).toString('base64')}">`;
    }
    await page.setViewportSize({ width: 960, height: 300 });
    await page.setContent(`<body style="display:flex;margin:0">${halves}`);
    const picture = new URL(`${kind}.png`, folder);
    if (process.env['LATCHKEY_PICTURES'] === '1') writeFileSync(picture, await page.screenshot());
    const { length } = readFileSync(picture);
    expect(length).toBeLessThan(40 * 1024);
  });
});
