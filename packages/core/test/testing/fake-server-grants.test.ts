import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start();
});
afterEach(() => server.stop());

function post(path: string, form: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ client_id: 'app', ...form });
  return fetch(server.issuer + path, { method: 'POST', body });
}

/** What the token endpoint answers to a form. */
async function ask(form: Record<string, string>): Promise<Record<string, string>> {
  return (await (await post('/token', form)).json()) as Record<string, string>;
}

describe('grants that the fake authorization server does not speak', () => {
  test('says of a grant that it does not know which it knows, and how to teach it', async () => {
    const { error_description } = await ask({ grant_type: 'urn:example:ticket' });
    expect(error_description).toContain('does not know the grant urn:example:ticket');
    expect(error_description).toContain("server.configure({ grants: { 'urn:example:ticket': ");
    expect(error_description).toContain('client_credentials, password, ');
  });

  test('takes a grant that it was taught, as long as its form names a subject', async () => {
    const subjects: Record<string, string> = { 'ticket-1': 'eve' };
    const grants = { 'urn:example:ticket': async ({ ticket = '' }) => subjects[ticket] };
    server.configure({ grants });
    const form = { grant_type: 'urn:example:ticket', ticket: 'ticket-1' };
    const { access_token, refresh_token = '' } = await ask(form);
    const headers = { authorization: `Bearer ${access_token}` };
    expect(await (await fetch(`${server.issuer}/userinfo`, { headers })).json()).toEqual({ sub: 'eve' });
    expect(await ask({ grant_type: 'refresh_token', refresh_token })).toHaveProperty('access_token');
    expect(await ask({ ...form, ticket: 'another' })).toMatchObject({ error: 'invalid_grant' });
    server.configure({ grants: { ...grants, password: () => undefined } });
    const password = { grant_type: 'password', username: 'ada', password: 'pw' };
    expect(await ask(password)).toMatchObject({ error: 'invalid_grant' });
    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({
      grant_types_supported: expect.arrayContaining(['urn:example:ticket', 'password']),
    });
  });
});

describe('what the fake authorization server refuses, as servers do', () => {
  const login = { grant_type: 'password', username: 'ada', password: 'pw' };

  test('an assertion that has ended (RFC 7523 section 3)', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const asked = (exp: number): Promise<Record<string, string>> =>
      ask({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: `${part({ alg: 'RS256' })}.${part({ sub: 'ada', exp })}.c2ln`,
      });
    const now = Math.floor(Date.now() / 1000);
    expect(await asked(now - 1)).toMatchObject({ error: 'invalid_grant' });
    expect(await asked(now + 60)).toHaveProperty('access_token');
  });

  test('a request whose secrets stand in the URL (RFC 6749 section 3.2)', async () => {
    for (const path of ['token', 'device_authorization', 'revoke', 'introspect']) {
      const query = new URLSearchParams({ client_id: 'app', token: 'any', ...login });
      expect((await fetch(`${server.issuer}/${path}?${query}`)).status).toBe(405);
      const { outcome, issued } = server.ledger.entries.at(-1)!;
      expect({ outcome, issued }).toEqual({ outcome: 'refused: invalid_request', issued: undefined });
    }
  });

  test('the revocation of tokens of another client (RFC 7009 section 2.1)', async () => {
    const { access_token = '', refresh_token = '' } = await ask(login);
    for (const token of [access_token, refresh_token]) {
      expect((await post('/revoke', { client_id: 'another', token })).status).toBe(400);
      expect(await (await post('/introspect', { token })).json()).toMatchObject({ active: true });
    }
    expect((await post('/revoke', { token: refresh_token })).status).toBe(200);
  });

  test('a poll that takes no notice of slow_down (RFC 8628 section 3.5)', async () => {
    const clock = new TestClock();
    const slow = await FakeAuthorizationServer.start({ clock, deviceInterval: 5, enforceDeviceInterval: true });
    try {
      const begin = { method: 'POST', body: new URLSearchParams({ client_id: 'app' }) };
      const { device_code } = (await (await fetch(`${slow.issuer}/device_authorization`, begin)).json()) as {
        device_code: string;
      };
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
      const poll = async (after: number): Promise<unknown> => {
        await clock.advance(after * 1000);
        const body = new URLSearchParams({ client_id: 'app', grant_type, device_code });
        return ((await (await fetch(slow.tokenEndpoint, { method: 'POST', body })).json()) as { error: string }).error;
      };
      expect([await poll(0), await poll(1), await poll(6), await poll(15)]).toEqual([
        'authorization_pending',
        'slow_down',
        'slow_down',
        'authorization_pending',
      ]);
    } finally {
      await slow.stop();
    }
  });
});
