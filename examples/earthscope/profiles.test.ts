import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ProfileDoesNotExistError } from '@latchkey/core';
import type { FakeAuthorizationServer } from '@latchkey/core/testing';
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

describe('Profiles of EarthScope (A11)', () => {
  beforeEach(() => {
    const server_ = `oauth2.issuer = "${server.issuer}"\noauth2.client_id = "from-default"\noauth2.scope = "openid"`;
    const ci = '[profile.ci]\noauth2.client_id = "from-profile"\noauth2.audience = "audience-of-profile"';
    writeFileSync(join(home.folder, 'config.toml'), `[default]\n${server_}\n${ci}\n`);
  });

  test('each leaf comes from the constructor, the environment, the profile or [default], in this order', async () => {
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

  test('reach the server', async () => {
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

  test('stand above the settings of ES_BOOTSTRAP_SETTINGS, which reach the server too', async () => {
    const bootstrap = { oauth2: { client_id: 'from-bootstrap', audience: 'audience-of-bootstrap' } };
    const settings = await readSettings({ env: { ...home.env, ES_BOOTSTRAP_SETTINGS: JSON.stringify(bootstrap) } });
    await createFlow(settings, { promptUser }).getAccessTokenRefreshIfNecessary({ interactive: true });
    const [request] = server.ledger.filter({ endpoint: 'device_authorization' });
    expect(request?.parameters).toEqual({
      client_id: 'from-default',
      scope: 'openid',
      audience: 'audience-of-bootstrap',
    });
  });

  test('that are unknown are an error that names those that there are, and nothing is sent', async () => {
    const error: unknown = await readSettings({ env: home.env, profile: 'cii' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProfileDoesNotExistError);
    expect(error).toMatchObject({ code: 'PROFILE_DOES_NOT_EXIST', profile: 'cii', known: ['default', 'ci'] });
    const { code, err } = await home.es(['token', '--profile', 'cii']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/no profile "cii"; known: default, ci\./) });
    expect(server.ledger.count()).toBe(0);
  });
});
