import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  JwtBearerFlow,
  MemoryTokenStorage,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import {
  atlassian,
  cognito,
  entra,
  entraB2C,
  entraExternalId,
  github,
  google,
  googleIdToken,
  googleServiceAccount,
  type GoogleServiceAccountOptions,
  linkedin,
  notion,
  salesforce,
  slackBot,
  slackUser,
  withings,
} from '@latchkey/core/servers';
import { asOtherProcess } from '@latchkey/core/testing';
import {
  AtlassianTwin,
  CognitoTwin,
  LinkedInTwin,
  NotionTwin,
  SalesforceTwin,
  WithingsTwin,
} from './twins/business.js';
import { GitHubAppTwin, GitHubTwin } from './twins/github.js';
import { GoogleServiceAccountTwin, GoogleTwin } from './twins/google.js';
import { B2CTwin, EntraTwin, ExternalIdTwin, tenantId } from './twins/microsoft.js';
import { SlackTwin, SlackUserTwin } from './twins/slack.js';
import { describePeople, type Options, PersonScene, type Row } from './person-scene.js';

const api = 'api://orders/read offline_access';
const endpoints = ({ server }: { readonly server?: unknown }): Options => ({ server });

const rows: Readonly<Record<string, Row>> = {
  'entra()': {
    twin: () => new EntraTwin(),
    given: entra({ tenant: 'contoso.onmicrosoft.com', scope: api }),
    without: { issuer: 'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0', scope: api },
  },
  'entra(), by device': {
    twin: () => Object.assign(new EntraTwin(), { isPublic: true }),
    given: entra({ tenant: 'contoso.onmicrosoft.com', scope: `openid ${api}` }),
    own: { clientSecret: undefined },
    device: true,
  },
  'entraExternalId()': {
    twin: () => new ExternalIdTwin(),
    given: entraExternalId({ tenant: 'contoso', tenantId, scope: `openid ${api}` }),
    without: { issuer: `https://contoso.ciamlogin.com/${tenantId}/v2.0`, scope: api },
  },
  'entraB2C()': {
    twin: () => new B2CTwin(),
    given: entraB2C({ tenant: 'contoso', policy: 'B2C_1_signin', scope: `openid ${api}` }),
    without: { issuer: 'https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin/v2.0', scope: api },
  },
  'entraB2C() at a domain of its own': {
    twin: () => new B2CTwin('login.contoso.com'),
    given: entraB2C({ tenant: 'contoso', policy: 'B2C_1_signin', scope: `openid ${api}`, host: 'login.contoso.com' }),
  },
  'google()': {
    twin: () => new GoogleTwin(),
    given: google(),
    own: { scope: 'openid email' },
    without: { issuer: 'https://accounts.google.com' },
    revokes: true,
  },
  'google(), by device': {
    twin: () => new GoogleTwin(),
    given: google(),
    own: { scope: 'email' },
    device: true,
    revokes: true,
  },
  'github() for a GitHub App': {
    twin: () => new GitHubAppTwin(),
    given: github({ clientSecret: 'hush' }),
    without: endpoints(github()),
  },
  'github() for a GitHub App, by device': {
    twin: () => new GitHubAppTwin(),
    given: github(),
    own: { clientSecret: undefined },
    device: true,
  },
  'slackBot()': {
    twin: () => new SlackTwin(),
    given: slackBot(),
    own: { scope: 'chat:write channels:read' },
    revokes: true,
  },
  'slackUser()': {
    twin: () => new SlackUserTwin(),
    given: slackUser({ scope: 'search:read' }),
    without: { ...endpoints(slackUser({ scope: 'search:read' })), scope: 'search:read' },
    revokes: true,
  },
  'cognito()': {
    twin: () => new CognitoTwin(),
    given: cognito({ region: 'eu-west-1', userPoolId: 'eu-west-1_AbC' }),
    own: { scope: 'openid' },
    without: { issuer: 'https://shop.auth.eu-west-1.amazoncognito.com' },
    revokes: true,
  },
  'atlassian()': {
    twin: () => new AtlassianTwin(),
    given: atlassian(),
    own: { scope: 'read:jira-work offline_access' },
    without: endpoints(atlassian()),
  },
  'salesforce()': {
    twin: () => new SalesforceTwin(),
    given: salesforce({ sessionTimeout: 7200 }),
    own: { scope: 'api refresh_token' },
    revokes: true,
  },
  'notion()': {
    twin: () => new NotionTwin(),
    given: notion(),
    own: { clientId: '3c90c3cc-0d44', clientSecret: 'secret_a+b/c=' },
    without: endpoints(notion()),
  },
  'linkedin()': {
    twin: () => new LinkedInTwin(),
    given: linkedin(),
    own: { scope: 'openid profile' },
    without: { issuer: 'https://www.linkedin.com/oauth' },
  },
  'withings()': {
    twin: () => new WithingsTwin(),
    given: withings(),
    own: { scope: 'user.metrics' },
    without: endpoints(withings()),
  },
};

const scene = new PersonScene();
afterEach(() => scene[Symbol.asyncDispose]());

describePeople(rows, scene);

describe('with github() for an OAuth app', () => {
  test.each([['by device'], ['in a browser']])(
    '%s: a token without an end; refused, a login is needed',
    async (how) => {
      const isDevice = how === 'by device';
      const clientSecret = isDevice ? undefined : 'hush';
      const row: Row = {
        twin: () => new GitHubTwin(),
        given: github({ clientSecret }),
        own: { scope: 'repo gist', clientSecret },
        ...(isDevice && { device: true }),
      };
      const flow = await scene.begin(row);
      const token = await scene.logIn(flow);
      expect([flow.expiresAt, flow.scope]).toEqual([undefined, 'repo,gist']);
      await scene.twin.clock.advance(1e9);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
      await expect(flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token })).rejects.toMatchObject({
        code: 'NO_REFRESH_TOKEN',
      });
      await flow.logout();
      expect(await scene.storage.load('it')).toBeUndefined();
    },
  );

  test('a GitHub Enterprise Server has its own host', () => {
    expect(github({ host: 'git.example.org' }).server?.tokenEndpoint).toBe(
      'https://git.example.org/login/oauth/access_token',
    );
  });
});

describe('with entra()', () => {
  test('a scope that was not granted ends no login: without it, the token is renewed', async () => {
    const [tenant, mail] = ['contoso.onmicrosoft.com', 'Mail.Read offline_access'];
    const twin = Object.assign(new EntraTwin(), { granted: mail.split(' ') });
    const elsewhere = await scene.begin({ twin: () => twin, given: entra({ tenant, scope: mail }) });
    await scene.logIn(elsewhere);
    const { fetch, clock } = twin;
    const flowWith = (scope: string): AuthorizationCodeFlow =>
      new AuthorizationCodeFlow({
        ...entra({ tenant, scope }),
        ...{ clientId: 'app', clientSecret: 'hush', redirectUri: 'https://app.example/callback' },
        ...{ fetch, clock, key: 'moved', storage: asOtherProcess(scene.storage) },
      });
    const wide = flowWith(`Mail.Send ${mail}`);
    await wide.importTokens({ refresh_token: elsewhere.refreshToken });
    await expect(wide.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT' });
    await clock.advance(1000);
    expect(twin.isGood(await flowWith(mail).getAccessTokenRefreshIfNecessary())).toBe(true);
  });
});

describe('with salesforce()', () => {
  test.each([
    ['the session timeout is the life of a token', 7200, 7200],
    ['without one, a token is used until an API refuses it', undefined, Infinity],
  ])('%s', async (_what, sessionTimeout, ttl) => {
    const flow = await scene.begin({ twin: () => new SalesforceTwin(), given: salesforce({ sessionTimeout }) });
    await scene.logIn(flow);
    expect(flow.ttl).toBe(ttl);
  });
});

describe('with google()', () => {
  test('the refresh token of the first consent outlives a second login that brings none', async () => {
    const row: Row = { twin: () => new GoogleTwin(), given: google(), own: { scope: 'openid' } };
    const flow = await scene.begin(row);
    await scene.logIn(flow);
    const { refreshToken } = flow;
    const second = await scene.logIn(flow);
    expect(flow.refreshToken).toBe(refreshToken);
    expect(scene.twin.isGood(await scene.nextToken(flow, second))).toBe(true);
  });
});

describe('with a Google service account', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const account = { email: 'robot@p.iam.example', key, keyId: 'k1' };
  let google: GoogleServiceAccountTwin;
  let storage: MemoryTokenStorage;
  afterEach(() => google[Symbol.asyncDispose]());
  const machine = (options: GoogleServiceAccountOptions): JwtBearerFlow => {
    const { fetch, clock } = google;
    return new JwtBearerFlow({ ...options, fetch, clock, storage });
  };
  const start = async (): Promise<void> => {
    google = await new GoogleServiceAccountTwin(publicKey).start();
    storage = new MemoryTokenStorage();
  };

  test.each([
    [
      'googleServiceAccount()',
      googleServiceAccount({ ...account, scope: 'drive' }),
      { scope: 'drive', sub: account.email },
    ],
    [
      'googleServiceAccount() for a user',
      googleServiceAccount({ ...account, scope: 'drive', subject: 'ada@example.org' }),
      { scope: 'drive', sub: 'ada@example.org' },
    ],
    [
      'googleIdToken()',
      googleIdToken({ ...account, audience: 'https://api.run.app' }),
      { target_audience: 'https://api.run.app', sub: account.email },
    ],
  ])('%s asks anew, four times, through an outage, until the key is revoked', async (_name, options, claims) => {
    await start();
    const flow = machine(options);
    const tokens = new Set<string>();
    for (let count = 0; count < 4; count++) {
      tokens.add(await flow.getAccessTokenRefreshIfNecessary());
      await google.clock.advance(3_600_000);
    }
    expect(tokens.size).toBe(4);
    expect([...tokens].every((token) => google.isGood(token))).toBe(true);
    expect(google.claims).toHaveLength(4);
    for (const each of google.claims) expect(each).toMatchObject(claims);
    google.isDown = true;
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    google.isDown = false;
    google.isRevoked = true;
    await google.clock.advance(60_000);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'INVALID_GRANT' });
    await flow.logout();
    expect(await storage.load(flow.key)).toBeUndefined();
  });

  test('two services, and two scopes, never share a token', async () => {
    await start();
    const all = await Promise.all(
      [
        googleIdToken({ ...account, audience: 'https://a.run.app' }),
        googleIdToken({ ...account, audience: 'https://b.run.app' }),
        googleServiceAccount({ ...account, scope: 'drive' }),
        googleServiceAccount({ ...account, scope: 'mail' }),
        googleServiceAccount({ ...account, scope: 'mail', subject: 'ada@example.org' }),
      ].map((options) => machine(options).getAccessTokenRefreshIfNecessary()),
    );
    expect(new Set(all).size).toBe(5);
  });
});

describe('a function is told what it cannot use', () => {
  test.each<[string, () => unknown]>([
    ['a tenant with a path', () => entra({ tenant: 'contoso/x', scope: 'a' })],
    ['a tenant that leads upwards', () => entra({ tenant: '..', scope: 'a' })],
    ['no tenant', () => entra({ tenant: '', scope: 'a' })],
    ['no scope', () => entra({ tenant: 'contoso', scope: ' ' })],
    [
      'a tenant id that is a host',
      () => entraExternalId({ tenant: 'contoso', tenantId: 'evil.example/x', scope: 'a' }),
    ],
    ['a policy with a query', () => entraB2C({ tenant: 'contoso', policy: 'B2C?x', scope: 'a' })],
    ['a host with a scheme', () => github({ host: 'https://git.example.org' })],
    ['a host with a user', () => github({ host: 'me@git.example.org' })],
    ['a host with a path', () => salesforce({ host: 'x.my.salesforce.com/services' })],
    ['a timeout of nothing', () => salesforce({ sessionTimeout: 0 })],
    ['a host that is a number', () => withings({ host: 5 as never })],
    ['no scope of a user', () => slackUser({ scope: '' })],
    ['a region with a dot at its end', () => cognito({ region: 'eu-west-1.', userPoolId: 'x' })],
    ['a pool with a slash', () => cognito({ region: 'eu-west-1', userPoolId: 'x/y' })],
    ['no address', () => googleServiceAccount({ email: '', key: 'k', scope: 's' })],
    ['no audience', () => googleIdToken({ email: 'e', key: 'k', audience: '' })],
  ])('%s', (_what, call) => {
    expect(call).toThrow(TypeError);
  });
});
