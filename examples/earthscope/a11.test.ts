import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryTokenStorage, ProfileDoesNotExistError } from '@latchkey/core';
import { type FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFlow } from '../dist/earthscope/earthscope-flow.js';
import { EarthscopeHome } from '../dist/earthscope/earthscope-home.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';
import { readSettings } from '../dist/earthscope/settings.js';

let server: FakeAuthorizationServer;
let home: EarthscopeHome;

beforeEach(async () => {
  server = await startTwin({ clients: undefined, rotation: 'rotate' });
  home = new EarthscopeHome(server.issuer);
});

afterEach(async () => {
  home[Symbol.dispose]();
  await server.stop();
});

const promptUser = (): void => undefined;

describe('A11: profiles of EarthScope', () => {
  beforeEach(() => {
    const server_ = `oauth2.issuer = "${server.issuer}"\noauth2.client_id = "from-default"\noauth2.scope = "openid"`;
    const ci = '[profile.ci]\noauth2.client_id = "from-profile"\noauth2.audience = "audience-of-profile"';
    writeFileSync(join(home.folder, 'config.toml'), `[default]\n${server_}\n${ci}\n`);
  });

  test('A11 each leaf comes from the constructor, the environment, the profile or [default], in this order', async () => {
    const { env } = home;
    expect(await readSettings({ env })).toMatchObject({
      clientId: 'from-default',
      audience: 'https://account.earthscope.org',
      tokens: join(home.folder, 'default', '/'),
    });
    const ci = { issuer: server.issuer, scope: 'openid', audience: 'audience-of-profile', clientId: 'from-profile' };
    expect(await readSettings({ env, profile: 'ci' })).toMatchObject(ci);
    const inEnvironment = { ...env, ES_PROFILE: 'ci', ES_OAUTH2__SCOPE: 'openid email' };
    expect(await readSettings({ env: inEnvironment })).toMatchObject({ ...ci, scope: 'openid email' });
    const overrides = { scope: 'offline_access' };
    expect(await readSettings({ env: inEnvironment, overrides })).toMatchObject({ ...ci, ...overrides });
    const elsewhere = await readSettings({ env, overrides: { domain: 'login.example.org' } });
    expect(elsewhere).toMatchObject({ domain: 'login.example.org', issuer: undefined });
  });

  test('A11 reach the server', async () => {
    const env = { ...home.env, ES_PROFILE: 'ci', ES_OAUTH2__SCOPE: 'openid email' };
    const settings = await readSettings({ env, overrides: { clientId: 'from-constructor' } });
    await createFlow(settings, { promptUser }).getAccessTokenRefreshIfNecessary({ interactive: true });
    const [request] = server.ledger.filter({ endpoint: 'device_authorization' });
    expect(request?.parameters).toEqual({
      client_id: 'from-constructor',
      scope: 'openid email',
      audience: 'audience-of-profile',
    });
  });

  test('A11 that are unknown are an error that names those that there are, and nothing is sent', async () => {
    const error: unknown = await readSettings({ env: home.env, profile: 'cii' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProfileDoesNotExistError);
    expect(error).toMatchObject({ code: 'PROFILE_DOES_NOT_EXIST', profile: 'cii', known: ['default', 'ci'] });
    const { code, err } = await home.es(['token', '--profile', 'cii']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/no profile "cii"; known: default, ci\./) });
    expect(server.ledger.count()).toBe(0);
  });
});

describe('A11: a process that lives long', () => {
  test('A11 passes two ends of its token, and refreshes at each', async () => {
    const clock = new TestClock({ autoAdvance: true });
    server.configure({ clock });
    const settings = await readSettings({ env: home.env });
    const flow = createFlow(settings, { clock, promptUser, storage: new MemoryTokenStorage() });
    const tokens = [await flow.getAccessTokenRefreshIfNecessary({ interactive: true })];
    for (let end = 1; end <= 2; end++) {
      const before = flow.ttl;
      await clock.advance(1_000_000);
      expect(flow.ttl).toBe(before - 1000);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(tokens.at(-1));
      await clock.advance(27_801_000);
      expect(flow.ttl).toBeLessThan(0);
      tokens.push(await flow.getAccessTokenRefreshIfNecessary());
      expect((await flow.fetch(`${server.api}/files/a`)).status).toBe(200);
      server.ledger.assertTokenRequests(end, { grantType: 'refresh_token' });
    }
    expect(new Set(tokens).size).toBe(3);
    server.ledger.assertNoReuse();
  });
});

describe('A11: the claims of a token', () => {
  test.each(['who???', 'Zoé Éléonore', '??é??ÿ~~>>', '日本?'])('A11 decode: %s', async (subject) => {
    server.configure({ accessTokens: 'jwt', subject });
    const flow = createFlow(await readSettings({ env: home.env }), { promptUser, storage: new MemoryTokenStorage() });
    await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
    expect(flow.claims).toMatchObject({ sub: subject, iss: server.issuer });
    expect(flow.idTokenClaims).toMatchObject({ sub: subject });
  });

  test('A11 decode where their encoding needs the characters of URL-safe base64', async () => {
    server.configure({ accessTokens: 'jwt', subject: '???>>>???~~~???ÿÿÿ' });
    const flow = createFlow(await readSettings({ env: home.env }), { promptUser, storage: new MemoryTokenStorage() });
    const token = await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
    expect(token.split('.')[1]).toMatch(/[-_]/);
    expect(flow.claims).toMatchObject({ sub: '???>>>???~~~???ÿÿÿ' });
  });
});
