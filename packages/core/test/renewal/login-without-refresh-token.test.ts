import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AuthorizationCodeFlow, DeviceCodeFlow, type FlowEventMap, NoRefreshTokenError } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { follow } from '../scenes/follow.js';

let server: FakeAuthorizationServer;
let clock: TestClock;
let warnings: string[];
let missing: FlowEventMap['refreshTokenMissing'][];

beforeEach(async () => {
  clock = new TestClock({ autoAdvance: true });
  server = await FakeAuthorizationServer.start({ clock, deviceLogins: 'approved' });
  [warnings, missing] = [[], []];
  jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
});

const withhold: typeof fetch = async (...request) => {
  const response = await fetch(...request);
  const body = (await response.json()) as Record<string, unknown>;
  delete body['refresh_token'];
  return Response.json(body, { status: response.status });
};

async function logIn(options: { scope: string; fetch?: typeof fetch }) {
  const flow = new DeviceCodeFlow({ issuer: server.issuer, clientId: 'cli', clock, promptUser: () => {}, ...options });
  flow.events.on('refreshTokenMissing', (event) => missing.push(event));
  await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
  return flow;
}

describe('A login that asked for offline_access and brought no refresh token', () => {
  test('is told of by an event with what to do, and by a warning', async () => {
    const { key, expiresAt } = await logIn({ scope: 'openid offline_access', fetch: withhold });
    expect(missing).toEqual([
      {
        key,
        tokens: expect.objectContaining({ hasRefreshToken: false, expiresAt }),
        error: expect.any(NoRefreshTokenError),
      },
    ]);
    expect(missing[0]?.error.remedy).toContain("prompt: 'consent'");
    expect(warnings).toEqual([expect.stringMatching(/asked for offline_access.*prompt=consent/)]);
  });

  test('is told of again by the event at the next login, which the warning is not', async () => {
    const options = { scope: 'openid\n offline_access', fetch: withhold };
    await logIn(options);
    const flow = await logIn(options);
    expect(missing.length).toBe(2);
    await flow.doFlow();
    expect(missing.length).toBe(3);
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  test('is told of after a login in a browser, with the option for that', async () => {
    const flow = new AuthorizationCodeFlow({
      issuer: server.issuer,
      clientId: 'web',
      redirectUri: 'http://127.0.0.1/callback',
      scope: 'offline_access',
      clock,
      fetch: withhold,
    });
    flow.events.on('refreshTokenMissing', (event) => missing.push(event));
    const { url, state } = await flow.startAuthorization();
    await flow.completeAuthorization(await follow(url), state);
    expect(missing[0]?.error.remedy).toContain('authorizationParameters');
  });
});

describe('Nothing is told of', () => {
  test('a refresh token that came', async () => {
    await logIn({ scope: 'openid offline_access' });
    expect([missing, warnings]).toEqual([[], []]);
  });

  test('a login that did not ask for offline_access', async () => {
    await logIn({ scope: 'openid not_offline_access', fetch: withhold });
    expect([missing, warnings]).toEqual([[], []]);
  });
});

test('A login without a refresh token whose answer says a life of nothing, as Mailchimp does for ever, is used on', async () => {
  server.configure({ expiresIn: 0 });
  const flow = await logIn({ scope: 'openid', fetch: withhold });
  await clock.advance(3_600_000);
  expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  expect(flow.ttl).toBe(Infinity);
});
