import { expect, test } from '@jest/globals';
import { begin } from '../node/loopback-scene.js';
import { useChromium } from './chromium.js';
import { describeFull } from './selection.js';
import { WebServer } from './web-server.js';

describeFull('the listener, asked by Chromium', () => {
  const context = useChromium();

  test('refuses a name of another site that leads to this machine, and goes on waiting', async () => {
    const { redirectUri, done, port } = await begin();
    const page = await context().newPage();
    const answer = await page.goto(`http://evil.test:${port}/callback?code=theirs&state=xyz`);
    expect([answer?.status(), await page.innerText('h1')]).toEqual([421, 'There is nothing here']);
    await page.goto(`${redirectUri}?code=ours&state=xyz`);
    expect(await page.innerText('h1')).toBe('You are nearly done');
    expect(await done).toBe(`${redirectUri}?code=ours&state=xyz`);
  });

  test('refuses what a page of another site asks for behind its back', async () => {
    const { redirectUri, done } = await begin();
    const html = `<!doctype html><img src="${redirectUri}?code=image"><iframe src="${redirectUri}?code=frame"></iframe>`;
    await using site = await WebServer.start((_request, response) => {
      response.setHeader('content-type', 'text/html').end(html);
    });
    const page = await context().newPage();
    // Chromium keeps even the status of an image that is none to itself.
    const image = page.waitForEvent('requestfailed', (request) => request.url().endsWith('code=image'));
    const answers = ['frame', 'script'].map((code) => page.waitForResponse(`${redirectUri}?code=${code}`));
    await page.goto(`http://evil.test:${site.port}/`);
    await page.evaluate((url) => fetch(url, { mode: 'no-cors' }).then(() => 0), `${redirectUri}?code=script`);
    expect((await Promise.all(answers)).map((answer) => answer.status())).toEqual([403, 403]);
    await image;

    await page.goto(`${redirectUri}?code=ours&state=xyz`);
    expect(await done).toBe(`${redirectUri}?code=ours&state=xyz`);
  });

  test('answers one of two tabs that come at once', async () => {
    const { redirectUri, done } = await begin();
    const pages = await Promise.all([context().newPage(), context().newPage()]);
    const visits = pages.map(async (page, index) => (await page.goto(`${redirectUri}?code=${index}`))?.status());
    const seen = await Promise.allSettled(visits);
    const accepted = seen.flatMap((each, index) => (each.status === 'fulfilled' && each.value === 200 ? [index] : []));
    expect(accepted).toHaveLength(1);
    expect(await done).toBe(`${redirectUri}?code=${accepted[0]}`);
    await expect(pages[0].goto(`${redirectUri}?code=2`)).rejects.toThrow('net::ERR_CONNECTION_REFUSED');
  });
});
