import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  AuthorizationError,
  RedirectTimeoutError,
  StateMismatchError,
  TokenRequestError,
  type TokenSet,
} from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import type { Page } from 'playwright-core';
import { failureOf } from '../node/written-files.js';
import { useChromium } from './chromium.js';
import { approve, cancel, consent, LoginScene, signIn } from './login-scene.js';
import { describeFull } from './selection.js';

/** Addresses and titles of what the tab can go back to. */
async function historyOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send('Page.getNavigationHistory');
  return entries.map(({ url, title }) => `${url} ${title}`).join('\n');
}

describeFull('a login in Chromium', () => {
  const context = useChromium();
  let scene: LoginScene;
  beforeEach(async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined); // oidc-provider's advice for production
    jest.spyOn(console, 'info').mockImplementation(() => undefined);
    scene = await LoginScene.start(context());
  });
  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
    jest.restoreAllMocks();
  });

  const stored = (): Promise<TokenSet | undefined> => scene.storage.load(scene.flow().key);

  test('with name, password and consent ends on our page and with stored tokens that can be renewed', async () => {
    const { flow, opened } = scene.opening();
    const done = flow.doFlow();
    const { page, redirectUri } = await opened;
    await approve(page);
    const tokens = await done;

    await page.waitForURL(redirectUri);
    expect(await page.title()).toBe('You are logged in');
    expect(await page.innerText('main')).toBe(
      '✓\nYou are logged in\n\nThe login worked. You can close this window and go back to the program.',
    );
    expect((await stored())?.toJSON()).toEqual(tokens.toJSON());
    expect(tokens.idTokenClaims).toMatchObject({ sub: 'ada' });

    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(tokens.accessToken);
    const renewed = await flow.refresh();
    expect(renewed.accessToken).not.toBe(tokens.accessToken);
    expect((await stored())?.toJSON()).toEqual(renewed.toJSON());
    expect(await flow.fetchUserInfo()).toMatchObject({ sub: 'ada' });
  });

  test('leaves neither tokens nor code nor state in the page, its address or its history', async () => {
    const { flow, page, callback, state } = await scene.begin();
    await approve(page);
    const url = await callback;
    const { accessToken, refreshToken, idToken } = await flow.completeAuthorization(url, state);
    await page.waitForURL(state.redirectUri);

    const code = new URL(url).searchParams.get('code');
    const secrets = [accessToken, refreshToken, idToken, code, state.state, state.nonce, state.codeVerifier];
    for (const secret of secrets) expect(secret).toMatch(/^.{20,}$/);
    const history = await historyOf(page);
    expect(history).toContain(`${state.redirectUri} `);
    const shown = [page.url(), await page.title(), await page.content(), history].join('\n');
    expect(secrets.filter((secret) => shown.includes(secret ?? ''))).toEqual([]);
  });

  test.each(['login', 'consent'])('that the person declines at the %s stores nothing', async (where) => {
    const { flow, opened } = scene.opening();
    const failed = failureOf(flow.doFlow());
    const { page, redirectUri } = await opened;
    if (where === 'consent') await signIn(page);
    await cancel(page);

    const error = await failed;
    expect(error).toBeInstanceOf(AuthorizationError);
    expect(error).toMatchObject({ code: 'AUTHORIZATION_DENIED', error: 'access_denied' });
    await page.waitForURL(redirectUri);
    expect(await page.innerText('h1')).toBe('The login was declined');
    expect(await stored()).toBeUndefined();
  });

  test('ends with nothing stored when another tab brings another state first', async () => {
    const { flow, opened } = scene.opening();
    const failed = failureOf(flow.doFlow());
    const { page, redirectUri } = await opened;
    await signIn(page);
    const other = await context().newPage();
    await other.goto(`${redirectUri}?code=theirs&state=theirs`);
    expect(await failed).toBeInstanceOf(StateMismatchError);
    expect(await other.innerText('h1')).toBe('This is the answer to another login');
    expect(await stored()).toBeUndefined();

    const refused = page.waitForEvent('requestfailed', (request) => request.url().startsWith(redirectUri));
    await consent(page);
    expect((await refused).failure()?.errorText).toBe('net::ERR_CONNECTION_REFUSED');
    expect(await stored()).toBeUndefined();
  });

  test('is not repeated by its callback, neither in the browser nor by the flow', async () => {
    const { flow, page, callback, state } = await scene.begin();
    await approve(page);
    const url = await callback;
    const tokens = await flow.completeAuthorization(url, state);

    await expect(page.goto(url)).rejects.toThrow('net::ERR_CONNECTION_REFUSED');
    const error = await failureOf(flow.completeAuthorization(url, state));
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject({ code: 'INVALID_GRANT', error: 'invalid_grant' });
    expect((await stored())?.toJSON()).toEqual(tokens.toJSON());
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(tokens.accessToken);
  });

  test('times out with nothing stored when its window is closed', async () => {
    const clock = new TestClock();
    const { flow, opened } = scene.opening({ clock });
    const failed = failureOf(flow.doFlow());
    const { page } = await opened;
    await signIn(page);
    await page.close();
    await clock.untilSleeping();
    await clock.advance(300_000);
    expect(await failed).toBeInstanceOf(RedirectTimeoutError);
    expect(await stored()).toBeUndefined();
  });
});
