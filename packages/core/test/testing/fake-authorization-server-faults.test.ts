import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';

type Fields = Record<string, unknown> & { access_token: string; refresh_token: string };

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start();
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

/** Looks again and again, for as long as the runner is patient. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the faults of the fake authorization server', () => {
  const cc = { grant_type: 'client_credentials' };
  const last = () => server.ledger.entries.at(-1);

  test('befall the answers that match, in order and as often as told', async () => {
    const { refresh_token } = await logIn();
    server.nextAnswers({ grantType: 'refresh_token', times: 0 }, faults.oauthError('never'));
    server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('first'));
    server.nextAnswers({ grantType: 'refresh_token', times: 2 }, faults.oauthError('second'));
    expect((await post('/token', cc)).status).toBe(200);
    const errors: string[] = [];
    for (let n = 0; n < 3; n++) errors.push(await refused(renewal(refresh_token)));
    expect(errors).toEqual(['first', 'second', 'second']);
    await renew(refresh_token);
  });

  test('can be chosen for each request, and be forgotten', async () => {
    server.nextAnswers({ times: Infinity }, ({ number }) => (number % 2 ? faults.empty(503) : undefined));
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await post('/token', cc)).status);
    expect(statuses).toEqual([503, 200, 503, 200]);
    server.clearFaults();
    expect((await post('/token', cc)).status).toBe(200);
  });

  test('cut the connection before or after the server has acted, and the ledger tells', async () => {
    const { refresh_token } = await logIn();
    server.nextAnswers({}, faults.reset());
    await expect(renew(refresh_token)).rejects.toThrow('fetch failed');
    expect(last()).toMatchObject({ processed: false, answered: 'lost', outcome: 'not processed', issued: undefined });
    server.nextAnswers({}, faults.reset({ processed: true }));
    await expect(renew(refresh_token)).rejects.toThrow('fetch failed');
    expect(last()).toMatchObject({ processed: true, answered: 'lost', outcome: 'issued' });
    expect(last()?.issued?.refreshToken).toMatch(/^rt_/);
    expect(server.ledger.presentations(refresh_token)).toHaveLength(2);
    expect(server.ledger.reuses).toBe(0);
  });

  test('break off, drip or bloat the body', async () => {
    server.nextAnswers({}, faults.truncate());
    await expect(post('/token', cc).then((response) => response.text())).rejects.toThrow();
    expect(last()).toMatchObject({ processed: true, answered: 'lost' });
    server.nextAnswers({}, faults.drip(2));
    expect(await grant(cc)).toMatchObject({ token_type: 'Bearer' });
    expect(last()).toMatchObject({ answered: 'complete', fault: 'dripping body' });
    server.nextAnswers({}, faults.oversize(2_000_000));
    expect((await (await post('/token', cc)).text()).length).toBeGreaterThan(2_000_000);
    expect(last()).toMatchObject({ answered: 'altered' });
  });

  test('never answer, before or after the server has acted', async () => {
    const { refresh_token } = await logIn();
    for (const processed of [false, true]) {
      server.nextAnswers({}, faults.hang({ processed }));
      server.ledger.clear();
      const leaving = new AbortController();
      const left = post('/token', renewal(refresh_token), { signal: leaving.signal });
      await until(() => server.ledger.count() > 0 && last()?.processed === processed);
      leaving.abort();
      await expect(left).rejects.toThrow('aborted');
      await until(() => last()?.answered === 'lost');
      expect(last()).toMatchObject({ processed });
    }
  });

  test('send pages, nothing, errors, redirects, dates and other types instead', async () => {
    const date = new Date('2030-01-01T00:00:00Z');
    const list = [
      [faults.html(), 502, 'text/html; charset=utf-8', /^<!doctype html>/],
      [faults.html(200), 200, 'text/html; charset=utf-8', /^<!doctype html>/],
      [faults.empty(), 200, null, /^$/],
      [faults.empty(500), 500, null, /^$/],
      [faults.oauthError('invalid_grant', { status: 200 }), 200, 'application/json', /^{"error":"invalid_grant"}$/],
      [faults.oauthError('server_error', { status: 503, description: 'x' }), 503, 'application/json', /"x"/],
      [faults.slowDown(), 400, 'application/json', /slow_down/],
      [faults.retryAfter(7), 429, 'application/json', /temporarily_unavailable/],
      [faults.retryAfter(date, { status: 503 }), 503, 'application/json', /temporarily_unavailable/],
      [faults.redirect('http://evil.example/'), 307, null, /^$/],
      [faults.contentType('text/plain'), 200, 'text/plain', /access_token/],
      [
        faults.changeFields(({ access_token }) => ({ access_token, scope: ['a'] })),
        200,
        'application/json',
        /\["a"\]}$/,
      ],
      [faults.echoSecrets(), 400, 'application/json', /app client_credentials hunter2/],
    ] as const;
    for (const [fault, status, type, body] of list) {
      server.nextAnswers({}, fault);
      const response = await post('/token', { ...cc, client_secret: 'hunter2' });
      expect([fault.name, response.status, response.headers.get('content-type')]).toEqual([fault.name, status, type]);
      expect(await response.text()).toMatch(body);
      expect(last()?.answered).toBe('altered');
    }
    server.nextAnswers({ times: 2 }, faults.retryAfter(date));
    expect((await post('/token', cc)).headers.get('retry-after')).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
    expect((await post('/token', cc)).headers.get('location')).toBeNull();
  });

  test('replace the answer after the server has acted, when told', async () => {
    const { refresh_token } = await logIn();
    server.nextAnswers({}, faults.html(502, { processed: true }));
    expect((await post('/token', renewal(refresh_token))).status).toBe(502);
    expect(last()).toMatchObject({ processed: true, answered: 'altered', outcome: 'issued' });
    expect(await refused(renewal(refresh_token))).toBe('invalid_grant');
    expect(server.ledger.reuses).toBe(1);
  });

  test('hold a request at a gate, before or after the server has acted', async () => {
    for (const processed of [false, true]) {
      const gate = server.hold({ endpoint: 'token', processed });
      const waiting = grant(cc);
      await gate.arrived;
      expect(last()).toMatchObject({ processed, answered: 'pending' });
      gate.release();
      await waiting;
      expect(last()).toMatchObject({ processed: true, answered: 'complete' });
    }
  });

  test('act for a client that has left meanwhile, as servers do', async () => {
    const { refresh_token } = await logIn();
    const gate = server.hold({ grantType: 'refresh_token' });
    const leaving = new AbortController();
    const left = post('/token', renewal(refresh_token), { signal: leaving.signal });
    await gate.arrived;
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    await until(() => last()?.answered === 'lost');
    gate.release();
    await until(() => last()?.outcome === 'issued');
    expect(last()).toMatchObject({ processed: true, answered: 'lost', outcome: 'issued' });
  });

  test('delay an answer', async () => {
    server.nextAnswers({}, faults.delay(40));
    const before = performance.now();
    await grant(cc);
    expect(performance.now() - before).toBeGreaterThan(38);
  });

  test('do not keep the server from stopping', async () => {
    await using other = await FakeAuthorizationServer.start();
    other.nextAnswers({ times: 2 }, faults.hang());
    const left = Promise.allSettled([fetch(other.api), fetch(other.tokenEndpoint)]);
    await until(() => other.ledger.count() >= 2);
    await other.stop();
    expect((await left).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('leave secrets that a test can look for', async () => {
    const tokens = await logIn({ client_secret: 'hunter2' });
    expect(server.secrets).toEqual(expect.arrayContaining([tokens.access_token, tokens.refresh_token, 'hunter2']));
    server.ledger.clear();
    expect(server.ledger.entries).toEqual([]);
  });
});
