import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type * as Latchkey from '@latchkey/core';
import { PasswordFlow } from '@latchkey/core';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import type { Page } from 'playwright-core';
import { ApprovingProvider } from '../scenes/approving-provider.js';
import { useChromium } from './chromium.js';
import { approve } from './login-scene.js';
import { describeFull } from './selection.js';
import { allowOrigin, servePage } from './web-page.js';
import type { WebServer } from './web-server.js';

// In the page.
declare const latchkey: typeof Latchkey;
declare const flow: Latchkey.AuthFlow;

describeFull('@latchkey/core on a page in Chromium', () => {
  const context = useChromium();
  let site: WebServer;
  let page: Page;
  let problems: string[];
  beforeEach(async () => {
    site = await servePage();
    jest.spyOn(console, 'warn').mockImplementation(() => undefined); // oidc-provider's advice for production
    jest.spyOn(console, 'info').mockImplementation(() => undefined);
    problems = [];
    page = await context().newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(site.origin);
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
    jest.restoreAllMocks();
    expect(problems).toEqual([]);
  });

  test('logs a person in, over a redirect of the page, with DPoP', async () => {
    const client = {
      client_id: 'spa',
      application_type: 'native' as const,
      token_endpoint_auth_method: 'none' as const,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${site.origin}/back`],
    };
    await using provider = await ApprovingProvider.start(client, {
      features: { devInteractions: { enabled: true }, dPoP: { enabled: true } },
      clientBasedCORS: () => true,
    });
    const options = {
      issuer: provider.issuer,
      clientId: 'spa',
      scope: 'openid offline_access',
      redirectUri: `${site.origin}/back`,
      authorizationParameters: { prompt: 'consent' },
      allowedOrigins: [site.origin],
      dpop: true,
    };
    await page.evaluate(async (options) => {
      const { url, state } = await new latchkey.AuthorizationCodeFlow(options).startAuthorization();
      sessionStorage.setItem('login', JSON.stringify(state));
      location.assign(url);
    }, options);
    await approve(page);
    await page.waitForURL(`${site.origin}/back?**`);

    const seen = await page.evaluate(async (options) => {
      const flow = new latchkey.AuthorizationCodeFlow(options);
      const events: string[] = [];
      for (const name of ['authorized', 'renewed', 'saved'] as const) flow.events.on(name, () => events.push(name));
      const state = JSON.parse(sessionStorage.getItem('login') ?? '{}') as Latchkey.AuthorizationState;
      const tokens = await flow.completeAuthorization(location.href, state);
      const renewed = await flow.refresh();
      const echo = await flow.fetch('/echo').then((response) => response.json() as Promise<Record<string, string>>);
      return {
        type: tokens.tokenType,
        sub: tokens.idTokenClaims?.['sub'],
        isRenewed: renewed.accessToken !== tokens.accessToken,
        isShown: echo['authorization'] === `DPoP ${renewed.accessToken}` && 'dpop' in echo,
        isHeld: (await flow.getAccessTokenRefreshIfNecessary()) === renewed.accessToken,
        userInfo: await flow.fetchUserInfo(),
        again: await flow.completeAuthorization(location.href, state).catch((error: unknown) => String(error)),
        events,
      };
    }, options);
    expect(seen).toEqual({
      type: 'DPoP',
      sub: 'ada',
      isRenewed: true,
      isShown: true,
      isHeld: true,
      userInfo: { sub: 'ada' },
      again: expect.stringContaining('TokenRequestError'),
      events: ['saved', 'authorized', 'saved', 'renewed'],
    });
  });

  test('renews once for all who ask at once, and once for all whom an API refuses', async () => {
    await using server = await FakeAuthorizationServer.start();
    const login = new PasswordFlow({ issuer: server.issuer, clientId: 'app', username: 'ada', password: 'any' });
    await login.getAccessTokenRefreshIfNecessary();
    await using api = await allowOrigin(site.origin, server.issuer);
    const tokens = await page.evaluate(
      async ({ origin, refreshToken }) => {
        const flow = new latchkey.RefreshTokenFlow({
          server: { tokenEndpoint: `${origin}/token` },
          clientId: 'app',
          refreshToken,
          allowedOrigins: [origin],
        });
        Object.assign(globalThis, { flow });
        return Promise.all([1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary()));
      },
      { origin: api.origin, refreshToken: login.refreshToken },
    );
    expect(new Set(tokens).size).toBe(1);
    server.ledger.assertTokenRequests(1, { grantType: 'refresh_token' });

    server.expireAccessTokens();
    const statuses = await page.evaluate(
      (url) => Promise.all([1, 2, 3].map(async () => (await flow.fetch(url)).status)),
      `${api.origin}/api`,
    );
    expect(statuses).toEqual([200, 200, 200]);
    server.ledger.assertTokenRequests(2, { grantType: 'refresh_token' });
    server.ledger.assertNoReuse();
  });

  test('follows redirects, whose target a browser hides, and takes the token to no other origin', async () => {
    await using server = await FakeAuthorizationServer.start();
    await using api = await allowOrigin(site.origin, server.issuer);
    await using other = await allowOrigin('*', site.origin);
    await makeMachine(api.origin);
    const get = (method = 'GET') =>
      page.evaluate(
        async ({ url, method }) => {
          const response = await flow.fetch(url, { method });
          return { redirected: response.redirected, body: (await response.json()) as Record<string, unknown> };
        },
        { url: `${api.origin}/api`, method },
      );
    server.nextAnswers({ endpoint: 'api', times: 2 }, faults.redirect(`${api.origin}/api/new`));
    expect(await get()).toEqual({ redirected: true, body: expect.objectContaining({ path: '/api/new' }) });
    expect(server.ledger.entries.at(-1)?.accessToken).toBe(await page.evaluate(() => flow.accessToken));

    server.nextAnswers({ endpoint: 'api', times: 2 }, faults.redirect(`${other.origin}/echo`));
    const { redirected, body } = await get();
    expect([redirected, body['host'], body['authorization']]).toEqual([true, new URL(site.origin).host, undefined]);

    server.nextAnswers({ endpoint: 'api' }, faults.redirect(`${api.origin}/api/new`));
    await expect(get('POST')).rejects.toThrow('The redirect cannot be followed here');
  });

  test('says what went wrong in errors of its own', async () => {
    await using server = await FakeAuthorizationServer.start();
    await using api = await allowOrigin(site.origin, server.issuer);
    server.nextAnswers({ endpoint: 'token' }, faults.redirect(`${api.origin}/elsewhere`));
    expect(await makeMachine(api.origin)).toEqual({ name: 'TokenRequestError', retryable: false, status: 302 });
    // It does not let pages of other origins read its answers.
    const unread = { name: 'TokenEndpointUnavailableError', retryable: true };
    expect(await makeMachine(server.issuer)).toEqual(unread);
    await api[Symbol.asyncDispose]();
    expect(await makeMachine(api.origin)).toEqual(unread);
  });

  test('encrypts records', async () => {
    const opened = await page.evaluate(async () => {
      const codec = latchkey.encryption([{ id: 'a', secret: crypto.getRandomValues(new Uint8Array(32)) }]);
      const sealed = await codec.seal('a record', { key: 'k', generation: 1 });
      return [sealed.includes('a record'), await codec.open(sealed, { key: 'k' })];
    });
    expect(opened).toEqual([false, 'a record']);
  });

  /** Makes the page's `flow` one that needs no person, and tells how asking it for a token failed. */
  function makeMachine(origin: string) {
    return page.evaluate(async (origin) => {
      const flow = new latchkey.ClientCredentialsFlow({
        server: { tokenEndpoint: `${origin}/token` },
        clientId: 'machine',
        clientSecret: 'secret',
        allowedOrigins: [origin],
      });
      Object.assign(globalThis, { flow });
      try {
        await flow.getAccessTokenRefreshIfNecessary();
        return undefined;
      } catch (error) {
        const { name, retryable, status } = error as Latchkey.TokenEndpointUnavailableError;
        return { name, retryable, ...(status !== undefined && { status }) };
      }
    }, origin);
  }
});
