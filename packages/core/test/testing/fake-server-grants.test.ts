import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

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
