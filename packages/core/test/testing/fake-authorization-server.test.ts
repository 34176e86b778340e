import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';

type Fields = Record<string, unknown> & { access_token: string; refresh_token: string };

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const clock = new TestClock();
let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ clock });
});
afterEach(() => server.stop());

function post(path: string, form: Record<string, string>, init: RequestInit = {}): Promise<Response> {
  const body = new URLSearchParams({ client_id: 'app', ...form });
  return fetch(server.issuer + path, { method: 'POST', body, redirect: 'manual', ...init });
}

async function grant(form: Record<string, string>): Promise<Fields> {
  const response = await post('/token', form);
  const fields = (await response.json()) as Fields;
  expect({ status: response.status, error: fields['error'] }).toEqual({ status: 200, error: undefined });
  return fields;
}

const logIn = (form: Record<string, string> = {}): Promise<Fields> =>
  grant({ grant_type: 'password', username: 'ada', password: 'pw', ...form });
const renewal = (refreshToken: string): Record<string, string> => ({
  grant_type: 'refresh_token',
  refresh_token: refreshToken,
});
const renew = (refreshToken: string): Promise<Fields> => grant(renewal(refreshToken));

async function refused(form: Record<string, string>): Promise<string> {
  const response = await post('/token', form);
  expect(response.status).toBeGreaterThanOrEqual(400);
  return ((await response.json()) as { error: string }).error;
}

async function apiStatus(accessToken: string): Promise<number> {
  return (await fetch(server.api, { headers: { authorization: `Bearer ${accessToken}` } })).status;
}

describe('the grants of the fake authorization server', () => {
  test('describes itself at both well-known places', async () => {
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const metadata = await (await fetch(`${server.issuer}/.well-known/${name}`)).json();
      expect(metadata).toMatchObject({ issuer: server.issuer, token_endpoint: server.tokenEndpoint });
    }
    server.configure({ metadata: { issuer: `${server.issuer}/`, revocation_endpoint: undefined } });
    const changed = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as object;
    expect(changed).toMatchObject({ issuer: `${server.issuer}/` });
    expect(changed).not.toHaveProperty('revocation_endpoint');
  });

  test('gives client credentials an access token, and no refresh token unless told', async () => {
    const form = { grant_type: 'client_credentials', scope: 'read' };
    const tokens = await grant(form);
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read' });
    expect(tokens.access_token).toMatch(/^at_\d+_/);
    expect(tokens).not.toHaveProperty('refresh_token');
    server.configure({ givesRefreshToken: () => true });
    expect((await grant(form)).refresh_token).toMatch(/^rt_\d+_/);
  });

  test('keeps a device waiting until somebody decides', async () => {
    const begin = async () => (await (await post('/device_authorization', {})).json()) as Record<string, string>;
    const [first, second] = [await begin(), await begin()];
    expect(first).toMatchObject({ expires_in: 600, interval: 5, verification_uri: `${server.issuer}/device` });
    const poll = (login: Record<string, string>) => ({
      grant_type: deviceGrant,
      device_code: login['device_code'] ?? '',
    });
    expect(await refused(poll(first))).toBe('authorization_pending');
    server.approve(first['user_code']);
    server.deny(second['user_code']);
    expect(await refused(poll(second))).toBe('access_denied');
    expect((await grant(poll(first))).refresh_token).toMatch(/^rt_/);
    expect(await refused(poll(first))).toBe('invalid_grant');
    expect(() => server.approve('NO-SUCH')).toThrow(TypeError);
  });

  test('ends a device login in time, and slows down who polls too fast', async () => {
    server.configure({ enforceDeviceInterval: true });
    const { device_code = '' } = (await (await post('/device_authorization', {})).json()) as Record<string, string>;
    const poll = { grant_type: deviceGrant, device_code };
    expect(await refused(poll)).toBe('authorization_pending');
    expect(await refused(poll)).toBe('slow_down');
    await clock.advance(10_000); // 5 s more than before (RFC 8628 section 3.5)
    expect(await refused(poll)).toBe('authorization_pending');
    await clock.advance(590_000);
    expect(await refused(poll)).toBe('expired_token');
  });

  test('redeems an authorization code once, with its PKCE verifier and redirect URI', async () => {
    const verifier = 'v'.repeat(43);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = {
      response_type: 'code',
      client_id: 'app',
      redirect_uri: 'http://127.0.0.1:1/cb',
      state: 's t',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      scope: 'openid',
      nonce: 'n',
    };
    const visit = async (changes: Record<string, string> = {}): Promise<URL> => {
      const search = new URLSearchParams({ ...query, ...changes });
      const response = await fetch(`${server.issuer}/authorize?${search}`, { redirect: 'manual' });
      return new URL(response.headers.get('location') ?? '');
    };
    const back = await visit();
    expect(back.searchParams.get('state')).toBe('s t');
    expect(back.searchParams.get('iss')).toBe(server.issuer);
    const redeem = (url: URL, code_verifier = verifier) => ({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: query.redirect_uri,
      code_verifier,
    });
    const tokens = await grant(redeem(back));
    const claims = JSON.parse(Buffer.from(String(tokens['id_token']).split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ iss: server.issuer, sub: 'ada', aud: 'app', nonce: 'n' });
    expect(await refused(redeem(back))).toBe('invalid_grant');
    expect(await apiStatus(tokens.access_token)).toBe(401);
    expect(await refused(redeem(await visit(), 'wrong'.repeat(10)))).toBe('invalid_grant');
    expect((await visit({ code_challenge_method: 'plain' })).searchParams.get('error')).toBe('invalid_request');
    server.configure({ authorizationError: 'access_denied' });
    expect((await visit()).searchParams.get('error')).toBe('access_denied');
  });

  test('takes passwords, assertions and subject tokens, each for its subject', async () => {
    const jwt = `x.${Buffer.from(JSON.stringify({ sub: 'bob' })).toString('base64url')}.x`;
    const tokens = [
      await logIn({ username: 'eve' }),
      await grant({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt }),
    ];
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: tokens[0]?.access_token ?? '',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    tokens.push(await grant(exchange));
    expect(tokens[2]).toHaveProperty('issued_token_type');
    const subjects = tokens.map(async ({ access_token }) => {
      const headers = { authorization: `Bearer ${access_token}` };
      return ((await (await fetch(`${server.issuer}/userinfo`, { headers })).json()) as { sub: string }).sub;
    });
    expect(await Promise.all(subjects)).toEqual(['eve', 'bob', 'eve']);
  });

  test('refuses what it does not know', async () => {
    expect(await refused({ grant_type: 'magic' })).toBe('unsupported_grant_type');
    expect(await refused({ grant_type: 'toString' })).toBe('unsupported_grant_type');
    expect(await refused({})).toBe('invalid_request');
    expect(await refused(renewal('rt_unknown'))).toBe('invalid_grant');
    expect(await refused({ ...renewal((await logIn()).refresh_token), client_id: 'other' })).toBe('invalid_grant');
    expect((await fetch(`${server.issuer}/nowhere`)).status).toBe(404);
  });
});

describe('the clients of the fake authorization server', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const form = { grant_type: 'client_credentials' };
  const request = (body: Record<string, string>, headers = {}): Promise<Response> =>
    fetch(server.tokenEndpoint, { method: 'POST', headers, body: new URLSearchParams({ ...form, ...body }) });

  test('are recognised however they prove themselves, and it is noted how', async () => {
    server.configure({ clients: { 'a:b': { secret: 'p+q%r /' }, raw: { secret: 'p%20q' }, open: {} } });
    await request({}, basic('a%3Ab:p%2Bq%25r+%2F'));
    await request({}, basic('raw:p%20q'));
    await request({ client_id: 'a:b', client_secret: 'p+q%r /' });
    await request({ client_id: 'open' });
    await request({ client_id: 'open', client_assertion: 'e30.e30.x' });
    const seen = server.ledger.entries.map(({ authentication, basicEncoding, clientId, outcome }) =>
      [authentication, basicEncoding, clientId, outcome].filter(Boolean).join(' '),
    );
    expect(seen).toEqual([
      'client_secret_basic rfc6749 a:b issued',
      'client_secret_basic raw raw issued',
      'client_secret_post a:b issued',
      'none open issued',
      'private_key_jwt open issued',
    ]);
    expect(server.secrets).toEqual(expect.arrayContaining(['p+q%r /', 'p%20q']));
  });

  test('are refused when unknown, wrong, or in a way that they may not use', async () => {
    server.configure({ clients: { app: { secret: 's', authentication: ['client_secret_post'] }, open: {} } });
    const statuses = [
      await request({}),
      await request({ client_id: 'nobody' }),
      await request({ client_id: 'app', client_secret: 'wrong' }),
      await request({}, basic('app:s')),
      await request({ client_id: 'open', client_secret: 'invented' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    expect(server.ledger.entries.every(({ outcome }) => outcome === 'refused: invalid_client')).toBe(true);
    expect((await request({ client_id: 'app', client_secret: 's' })).status).toBe(200);
  });
});

describe('refresh tokens of the fake authorization server', () => {
  test('are replaced by each renewal', async () => {
    const first = await logIn();
    const second = await renew(first.refresh_token);
    const third = await renew(second.refresh_token);
    expect(new Set([first, second, third].map((tokens) => tokens.refresh_token)).size).toBe(3);
    server.ledger.assertNoReuse();
    server.ledger.assertPresentedOnce(first.refresh_token);
    server.ledger.assertEachPresentedOnce();
    server.ledger.assertTokenRequests(3);
    server.ledger.assertTokenRequests(2, { grantType: 'refresh_token' });
  });

  test('end with all tokens of the grant when one is used twice', async () => {
    const [first, bystander] = [await logIn(), await logIn()];
    const second = await renew(first.refresh_token);
    expect(await refused(renewal(first.refresh_token))).toBe('invalid_grant');
    expect(server.ledger.reuses).toBe(1);
    expect(await refused(renewal(second.refresh_token))).toBe('invalid_grant');
    expect(server.ledger.reuses).toBe(1);
    for (const { access_token } of [first, second]) expect(await apiStatus(access_token)).toBe(401);
    expect(await apiStatus(bystander.access_token)).toBe(200);
    await renew(bystander.refresh_token);
    expect(() => server.ledger.assertNoReuse()).toThrow(/presented again, 1 time.*\n.*refused: invalid_grant/s);
    expect(() => server.ledger.assertPresentedOnce(first.refresh_token)).toThrow(/2 times instead of once/);
    expect(() => server.ledger.assertEachPresentedOnce()).toThrow(first.refresh_token);
    expect(() => server.ledger.assertTokenRequests(1)).toThrow(/1 token requests were expected, 6 came/);
  });

  test('may be used again within the grace, for a sibling', async () => {
    server.configure({ rotation: { grace: 10 } });
    const first = await logIn();
    const second = await renew(first.refresh_token);
    await clock.advance(10_000);
    const sibling = await renew(first.refresh_token);
    expect(sibling.refresh_token).not.toBe(second.refresh_token);
    await renew(second.refresh_token);
    await renew(sibling.refresh_token);
    server.ledger.assertNoReuse();
    await clock.advance(1);
    expect(await refused(renewal(first.refresh_token))).toBe('invalid_grant');
    expect(server.ledger.reuses).toBe(1);
  });

  test('is honoured until it is used, or while its grace lasts, or until its grant ends', async () => {
    server.configure({ rotation: { grace: 10 } });
    const first = (await logIn()).refresh_token;
    const second = (await renew(first)).refresh_token;
    await clock.advance(10_000);
    expect([first, second, 'rt_unknown'].map((token) => server.honours(token))).toEqual([true, true, false]);
    await clock.advance(1000);
    expect([first, second].map((token) => server.honours(token))).toEqual([false, true]);
    server.configure({ rotation: 'rotate' });
    const third = (await renew(second)).refresh_token;
    expect([second, third].map((token) => server.honours(token))).toEqual([false, true]);
    server.revokeRefreshToken(third);
    expect(server.honours(third)).toBe(false);
    server.configure({ refreshTokenLifetime: 60 });
    const short = (await logIn()).refresh_token;
    await clock.advance(60_000);
    expect(server.honours(short)).toBe(false);
  });

  test('may be answered with the same successor within the grace, while that is unused', async () => {
    server.configure({ rotation: { grace: 10, answer: 'same' } });
    const first = await logIn();
    const second = await renew(first.refresh_token);
    expect((await renew(first.refresh_token)).refresh_token).toBe(second.refresh_token);
    await renew(second.refresh_token);
    expect((await renew(first.refresh_token)).refresh_token).not.toBe(second.refresh_token);
  });

  test('stay when nothing rotates', async () => {
    server.configure({ rotation: 'none' });
    const { refresh_token } = await logIn();
    for (let n = 0; n < 3; n++) expect(await renew(refresh_token)).not.toHaveProperty('refresh_token');
    expect(server.ledger.presentations(refresh_token)).toHaveLength(3);
    server.ledger.assertNoReuse();
  });

  test('end by the clock, by an administrator, and by the client', async () => {
    server.configure({ refreshTokenLifetime: 60 });
    const [old, fired, left] = [await logIn(), await logIn(), await logIn()];
    server.revokeRefreshToken(fired.refresh_token);
    expect((await post('/revoke', { token: left.refresh_token })).status).toBe(200);
    for (const { refresh_token, access_token } of [fired, left]) {
      expect(await refused(renewal(refresh_token))).toBe('invalid_grant');
      expect(await apiStatus(access_token)).toBe(401);
    }
    await clock.advance(60_000);
    expect(await refused(renewal(old.refresh_token))).toBe('invalid_grant');
    expect(server.ledger.reuses).toBe(0);
    expect(() => server.revokeRefreshToken('rt_unknown')).toThrow(TypeError);
  });
});

describe('access tokens of the fake authorization server', () => {
  test.each([60, '60', null, undefined, -5, 1e12, 59.5, 'soon'])(
    'carry expires_in %p as it was given',
    async (given) => {
      server.configure({ expiresIn: given });
      const tokens = await logIn();
      expect(tokens['expires_in']).toEqual(given);
      expect('expires_in' in tokens).toBe(given !== undefined);
      expect(await apiStatus(tokens.access_token)).toBe(given === -5 ? 401 : 200);
    },
  );

  test('end by the clock, or all at once', async () => {
    const tokens = await logIn();
    await clock.advance(3_599_999);
    expect(await apiStatus(tokens.access_token)).toBe(200);
    await clock.advance(1);
    expect(await apiStatus(tokens.access_token)).toBe(401);
    const next = await renew(tokens.refresh_token);
    server.expireAccessTokens();
    expect(await apiStatus(next.access_token)).toBe(401);
  });

  test('can be JWTs', async () => {
    server.configure({ accessTokens: 'jwt', expiresIn: undefined });
    const { access_token } = await logIn({ scope: 'read', audience: 'https://api.example' });
    const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      aud: 'https://api.example',
      scope: 'read',
      exp: Math.floor(clock.now() / 1000) + 3600,
    });
    expect(await apiStatus(access_token)).toBe(200);
    const { keys } = (await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: object[] };
    expect(keys).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });

  test('come with an id token for openid, as odd as wished', async () => {
    const issuer = `${server.issuer}/`;
    server.configure({ idTokens: { issuer, lifetime: -60, algorithm: 'none' } });
    const tokens = await logIn({ scope: 'openid' });
    const [header = '', payload = '', signature] = String(tokens['id_token']).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'none' });
    const exp = Math.floor(clock.now() / 1000) - 60;
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iss: issuer, exp });
    expect(signature).toBe('');
  });

  test('open the API, which says what is wrong with the others', async () => {
    const { access_token } = await logIn({ scope: 'read' });
    const headers = { authorization: `Bearer ${access_token}` };
    const answer = await fetch(`${server.api}/x?y=1`, { method: 'PUT', headers, body: 'hello' });
    expect(await answer.json()).toEqual({ sub: 'ada', method: 'PUT', path: '/api/x?y=1', body: 'hello' });
    const wwwAuthenticate = async (path: string, init: RequestInit = {}): Promise<string | null> =>
      (await fetch(server.api + path, init)).headers.get('www-authenticate');
    expect(await wwwAuthenticate('')).toBe('Bearer realm="fake"');
    expect(await wwwAuthenticate('', { headers: { authorization: 'Bearer no' } })).toContain('error="invalid_token"');
    expect(await wwwAuthenticate('?scope=write', { headers })).toContain('error="insufficient_scope"');
    expect(await wwwAuthenticate('?scope=read', { headers })).toBeNull();
    expect(server.ledger.filter({ endpoint: 'api' }).map((entry) => entry.accessToken)).toContain(access_token);
  });

  test('can be revoked and looked up', async () => {
    const tokens = await logIn({ scope: 'read' });
    const look = async (token: string): Promise<unknown> => (await post('/introspect', { token })).json();
    expect(await look(tokens.access_token)).toMatchObject({ active: true, sub: 'ada', scope: 'read' });
    expect(await look(tokens.refresh_token)).toMatchObject({ active: true });
    await post('/revoke', { token: tokens.access_token });
    expect(await look(tokens.access_token)).toEqual({ active: false });
    expect(await look(tokens.refresh_token)).toMatchObject({ active: true });
  });

  test('are revoked by JSON where the server wants that, and nowhere without the place', async () => {
    server.configure({ revocation: 'json' });
    const { refresh_token } = await logIn();
    expect((await post('/revoke', { token: refresh_token })).status).toBe(415);
    const body = JSON.stringify({ client_id: 'app', token: refresh_token });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${server.issuer}/revoke`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await refused(renewal(refresh_token))).toBe('invalid_grant');
    server.configure({ revocation: 'none' });
    expect((await post('/revoke', { token: refresh_token })).status).toBe(404);
  });
});
