import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { EarthscopeHome } from '../dist/earthscope/earthscope-home.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';
import { describeLinux } from '../selection.js';

const main = join(import.meta.dirname, '../dist/earthscope/main.js');

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

const renewals = (): number => server.ledger.count({ grantType: 'refresh_token' });

describe('the EarthScope command line, for a person', () => {
  test('logs in by the device flow, and says on stderr where to approve', async () => {
    expect(await home.es(['token'])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('No tokens') });
    const told = await home.es(['refresh']);
    expect(told.err).toContain('Run the command login');
    expect(told.err).not.toMatch(/\w\(\)/);
    const { code, out, err } = await home.es(['login']);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^Logged in until \d{4}-/) });
    expect(err).toContain(`${server.issuer}/device`);
    const [request] = server.ledger.filter({ endpoint: 'device_authorization' });
    expect(request?.parameters).toEqual({
      client_id: 'cli',
      audience: 'https://account.earthscope.org',
      scope: 'openid profile email offline_access',
    });
    expect(readdirSync(join(home.folder, 'default'))).toContain('sso_tokens.json');
    expect(statSync(home.tokenFile()).mode & 0o777).toBe(0o600);
  });

  test('says to give another token, not to log in, where the one that was given is dead', async () => {
    const env = { ES_OAUTH2__REFRESH_TOKEN: 'a-token-of-last-year' };
    for (const command of ['token', 'login']) {
      const { code, err } = await home.es([command], env);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('put the new one where the old one is') });
      expect(err).not.toMatch(/command login|\w\(\)/);
    }
  });

  test('has one end of a token in every time zone', async () => {
    await home.logIn();
    const { access_token } = home.stored();
    const zones = ['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kathmandu'];
    for (const TZ of zones) expect(await home.es(['token'], { TZ })).toMatchObject({ code: 0, out: access_token });
    expect(renewals()).toBe(0);
    for (const [times, TZ] of zones.entries()) {
      home.expire();
      expect(await home.es(['token'], { TZ })).toMatchObject({ code: 0, out: home.stored().access_token });
      expect(renewals()).toBe(times + 1);
      expect((await home.es(['ttl'], { TZ })).out).toMatch(/^28[78]\d\d$/);
    }
  });

  test('prints the token, and its time to live', async () => {
    await home.logIn();
    const { access_token } = home.stored();
    server.ledger.clear();
    expect(await home.es(['token'])).toEqual({ code: 0, out: access_token, err: '' });
    const ttl = await home.es(['ttl']);
    expect(ttl).toMatchObject({ code: 0, err: '' });
    expect(Number(ttl.out)).toBeGreaterThan(28_700);
    home.expire();
    expect(await home.es(['ttl'])).toEqual({ code: 1, out: expect.stringMatching(/^-\d+$/), err: '' });
    expect(server.ledger.count()).toBe(0);
  });

  test('renews what has less than the threshold left, and nothing with --no-auto-refresh', async () => {
    await home.logIn();
    const { access_token } = home.stored();
    const past = await home.es(['token', '--auto-refresh-threshold', '100000', '--no-auto-refresh']);
    expect(past.out).toBe(access_token);
    expect((await home.es(['token', '-a', '10'])).out).toBe(access_token);
    expect(renewals()).toBe(0);
    home.agedBy(20_000);
    const renewed = await home.es(['token', '--auto-refresh-threshold', '10000']);
    expect(renewed.out).not.toBe(access_token);
    expect(home.stored().access_token).toBe(renewed.out);
    expect(await home.es(['refresh'])).toMatchObject({ code: 0, out: expect.stringContaining('Renewed.') });
    expect(renewals()).toBe(2);
    expect(await home.es(['token', '-a', 'soon'])).toMatchObject({ code: 2 });
  });

  test('shows who is logged in, and looks users up', async () => {
    expect(await home.es(['user'])).toMatchObject({ code: 1, err: expect.stringContaining('No tokens') });
    await home.logIn();
    const { out } = await home.es(['user']);
    expect(JSON.parse(out)).toEqual({ user_id: 'ada', primary_email: 'ada@example.org' });
    const lookup = await home.es(['user', '--id', 'u-1', '--id', 'u-9', '--email', 'bob@example.org']);
    expect(JSON.parse(lookup.out)).toEqual([
      { id: 'u-1', country_code: 'GB' },
      { id: 'u-2', country_code: 'FR' },
    ]);
  });

  describeLinux('on a full disk, as /dev/full', () => {
    test('fails where its output finds no room', async () => {
      await home.logIn();
      const command = `exec '${process.execPath}' '${main}' token > /dev/full`;
      const run = promisify(execFile)('/bin/sh', ['-c', command], { env: { ...process.env, ...home.env } });
      await expect(run).rejects.toMatchObject({ code: 1 });
    });
  });

  test.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('ends by %s while it waits for an API', async (signal) => {
    await home.logIn();
    server.clearFaults(); // what the twin tells of users
    const gate = server.hold({ endpoint: 'api' });
    const env = { ...process.env, ...home.env };
    const child = spawn(process.execPath, [main, 'user'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const told = text(child.stderr);
    const ended = once(child, 'exit');
    await gate.arrived;
    child.kill(signal);
    expect(await told).toBe('Interrupted.\n');
    expect((await ended)[0]).toBe(1);
    gate.release();
  });

  test('downloads with a token that is renewed on the way, and draws no bar into a pipe', async () => {
    await home.logIn();
    server.nextAnswers({ endpoint: 'api' }, (entry) => {
      if (!entry.path.endsWith('/a.dat')) return undefined;
      return {
        name: 'the token ends after this file',
        send: async (answer, { response }) => {
          response.writeHead(answer.status, answer.headers).end(answer.body);
          server.expireAccessTokens();
        },
      };
    });
    const urls = ['a.dat', 'b.dat'].map((name) => `${server.api}/files/${name}`);
    expect(await home.es(['download', ...urls])).toEqual({ code: 0, out: '', err: '' });
    for (const name of ['a.dat', 'b.dat']) {
      expect(JSON.parse(readFileSync(join(home.folder, name), 'utf8'))).toMatchObject({ path: `/api/files/${name}` });
    }
    expect(renewals()).toBe(1);
    server.nextAnswers({ endpoint: 'api' }, faults.truncate());
    expect(await home.es(['download', `${server.api}/files/c.dat`])).toMatchObject({ code: 1 });
    expect(readdirSync(home.folder).sort()).toEqual(['a.dat', 'b.dat', 'config.toml', 'default']);
  });

  test('says what it can do, and what it does not know', async () => {
    expect(await home.es([])).toMatchObject({ code: 2, err: expect.stringContaining('login, logout, revoke, token') });
    expect(await home.es(['download'])).toMatchObject({ code: 1, err: 'Say what to download: one URL or more.' });
    expect(await home.es(['--colour'])).toMatchObject({ code: 2, err: expect.stringContaining('--colour') });
  });
});

describe('the EarthScope command line, for a machine', () => {
  test('shows its secret in the body, sends no scope, and has tokens of its own', async () => {
    await home.logIn();
    server.ledger.clear();
    expect(await home.es(['login', '--profile', 'machine'])).toMatchObject({ code: 0, err: '' });
    const [request] = server.ledger.tokenRequests;
    expect(request?.parameters).toEqual({
      grant_type: 'client_credentials',
      client_id: 'machine',
      client_secret: 'machine-secret',
      audience: 'https://account.earthscope.org',
    });
    const { access_token } = home.stored(home.tokenFile('machine'));
    expect(await home.es(['token'], { ES_PROFILE: 'machine' })).toMatchObject({ code: 0, out: access_token });
    expect(home.stored().access_token).not.toBe(access_token);
  });

  test('asks again when its token has ended', async () => {
    await home.es(['login', '-p', 'machine']);
    home.expire(home.tokenFile('machine'));
    expect(await home.es(['ttl', '-p', 'machine'])).toMatchObject({ code: 1 });
    expect(await home.es(['token', '-p', 'machine'])).toMatchObject({ code: 0 });
    expect(await home.es(['ttl', '-p', 'machine'])).toMatchObject({ code: 0 });
    server.ledger.assertTokenRequests(2, { grantType: 'client_credentials' });
  });
});

describe('The end of a login (A12)', () => {
  /** Redeems a refresh token as a thief would. */
  async function redeem(refreshToken: string | undefined): Promise<unknown> {
    const form = { grant_type: 'refresh_token', client_id: 'cli', refresh_token: refreshToken ?? '' };
    const answer = await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  test('logout deletes the tokens', async () => {
    await home.logIn();
    expect(await home.es(['logout'])).toEqual({ code: 0, out: 'Logged out.', err: '' });
    expect(existsSync(home.tokenFile())).toBe(false);
    expect(await home.es(['token'])).toMatchObject({ code: 1, err: expect.stringContaining('No tokens') });
    expect(await home.es(['logout'])).toEqual({ code: 0, out: 'Not logged in.', err: '' });
  });

  test('logout deletes them while the server is out of order, too', async () => {
    await home.logIn();
    server.nextAnswers({ endpoint: 'revoke', times: Infinity }, faults.html(503));
    expect(await home.es(['logout'])).toMatchObject({ code: 0, out: expect.stringContaining('Logged out here.') });
    expect(existsSync(home.tokenFile())).toBe(false);
  });

  test('after revoke, the server refuses a refresh with the old token', async () => {
    await home.logIn();
    const { refresh_token } = home.stored();
    expect(await redeem(refresh_token)).toMatchObject({ status: 200 });
    expect(await home.es(['revoke'])).toMatchObject({ code: 0, out: expect.stringContaining('is revoked') });
    const [request] = server.ledger.filter({ endpoint: 'revoke' });
    expect(request?.headers['content-type']).toContain('application/json');
    expect(request?.parameters).toMatchObject({ client_id: 'cli', token: refresh_token });
    expect(await redeem(refresh_token)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(existsSync(home.tokenFile())).toBe(false);
  });
});
