import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AuthFlowError,
  DeviceCodeDeniedError,
  DeviceCodeExpiredError,
  type DeviceCodeFlow,
  DeviceCodePollingError,
  DeviceCodeRequestError,
  MemoryTokenStorage,
} from '@latchkey/core';
import { type FakeAuthorizationServer, faults, TestClock } from '@latchkey/core/testing';
import { createFlow } from '../dist/earthscope/earthscope-flow.js';
import { EarthscopeHome } from '../dist/earthscope/earthscope-home.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';
import { readSettings } from '../dist/earthscope/settings.js';

let server: FakeAuthorizationServer;
let home: EarthscopeHome;

beforeEach(async () => {
  server = await startTwin();
  home = new EarthscopeHome(server.issuer);
});

afterEach(async () => {
  home[Symbol.dispose]();
  await server.stop();
});

const device = 'urn:ietf:params:oauth:grant-type:device_code';

describe('the errors of a device login', () => {
  test.each([
    ['denied', DeviceCodeDeniedError, 'DEVICE_CODE_DENIED', () => server.configure({ deviceLogins: 'denied' })],
    [
      'never approved',
      DeviceCodeExpiredError,
      'DEVICE_CODE_EXPIRED',
      () => server.configure({ deviceLogins: 'pending', deviceCodeLifetime: 20 }),
    ],
    [
      'ended by the server',
      DeviceCodePollingError,
      'DEVICE_CODE_POLLING',
      () => server.nextAnswers({ grantType: device }, faults.oauthError('invalid_request')),
    ],
    [
      'that may not begin',
      DeviceCodeRequestError,
      'DEVICE_CODE_REFUSED',
      () => server.nextAnswers({ endpoint: 'device_authorization' }, faults.oauthError('invalid_scope')),
    ],
  ])('%s', async (_what, type, code, prepare) => {
    const clock = new TestClock({ autoAdvance: true });
    server.configure({ clock });
    prepare();
    const storage = new MemoryTokenStorage();
    const settings = await readSettings({ env: home.env });
    const flow = createFlow(settings, { clock, storage, promptUser: () => undefined }) as DeviceCodeFlow;
    const error: unknown = await flow.doFlow().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(AuthFlowError);
    expect(error).toMatchObject({ code, remedy: expect.any(String) });
    expect(await storage.load(flow.key)).toBeUndefined();
  });

  test('end the command line with a reason and what to do', async () => {
    server.configure({ deviceLogins: 'denied' });
    const { code, err } = await home.es(['login']);
    expect(code).toBe(1);
    expect(err).toContain('The login was declined. Log in again and approve the request.');
  });
});
