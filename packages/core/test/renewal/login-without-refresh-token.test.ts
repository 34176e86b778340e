import { describe, expect, jest, test } from '@jest/globals';
import { DeviceCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';

async function warningsOf(scope: string, withRefreshToken: boolean): Promise<string[]> {
  const clock = new TestClock({ autoAdvance: true });
  const server = await FakeAuthorizationServer.start({ clock, deviceLogins: 'approved' });
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const withhold: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    const body = (await response.json()) as Record<string, unknown>;
    if (!withRefreshToken) delete body['refresh_token'];
    return Response.json(body, { status: response.status });
  };
  try {
    const { issuer } = server;
    const flow = new DeviceCodeFlow({ issuer, clientId: 'cli', scope, clock, fetch: withhold, promptUser: () => {} });
    await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
    return warnings.mock.calls.map(([warning]) => String(warning)).filter((text) => text.includes('offline_access'));
  } finally {
    warnings.mockRestore();
    await server.stop();
  }
}

describe('A login that brings no refresh token', () => {
  test('is told of by a warning where offline_access was asked for, and not elsewhere', async () => {
    expect(await warningsOf('openid offline_access', true)).toEqual([]);
    expect(await warningsOf('openid', false)).toEqual([]);
    expect(await warningsOf('openid offline_access', false)).toEqual([expect.stringContaining("prompt: 'consent'")]);
  });
});
