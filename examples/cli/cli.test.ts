import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow } from '@latchkey/core';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AcmeHome } from '../dist/cli/acme-home.js';
import { approveInBrowser } from '../dist/identity-provider/scripted-browser.js';

let home: AcmeHome;
beforeEach(async () => {
  home = await AcmeHome.start();
});
afterEach(() => home[Symbol.asyncDispose]());

const job = { ACME_CLIENT_ID: 'job', ACME_CLIENT_SECRET: 'secret-of-the-job', CI: 'true' };

describe('acme, by somebody who is not logged in', () => {
  test('ends at once with exit code 4 and what to do, and prints nothing else', async () => {
    for (const command of [['token'], ['whoami'], ['api', '/me']]) {
      const { code, out, err } = await home.acme(command);
      expect({ code, out, err }).toEqual({ code: 4, out: '', err: expect.stringMatching(/^acme: .*Run acme login/) });
      expect(err).not.toMatch(/doFlow|\n.*\n/);
    }
  });

  test('is told the name of the account to log in to, and that there is no home folder', async () => {
    const { err } = await home.acme(['token', '-a', 'my work']);
    expect(err).toMatch(/ Run acme login -a 'my work', in a terminal\.\n$/);
    const homeless = await home.acme(['token'], { HOME: 'nowhere' });
    expect(homeless).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^acme: No home folder .* Set HOME,.*\n$/),
    });
  });

  test('cannot log in without a terminal, in cron or CI, not even with a screen', async () => {
    const cron = await home.acme(['login'], { DISPLAY: ':0', BROWSER: home.browser });
    expect(cron).toEqual({ code: 4, out: '', err: expect.stringContaining('stderr is no terminal') });
    const ci = await home.acme(['login'], { CI: 'true' });
    expect(ci).toEqual({ code: 4, out: '', err: expect.stringContaining('CI is set') });
    expect(home.provider.ledger.requests).toBe(0);
  });

  test('is told of no account, and what commands there are', async () => {
    expect(await home.acme(['accounts'])).toEqual({ code: 0, out: '', err: '' });
    expect(await home.acme(['logout'])).toEqual({ code: 0, out: '', err: 'Not logged in.\n' });
    expect(await home.acme(['switch', 'work'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there are: none'),
    });
    expect(await home.acme(['tokn'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Did you mean token'),
    });
    const help = await home.acme(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const line of help.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('acme, by somebody who is logged in', () => {
  test('prints a token alone, who that is, and what the API says', async () => {
    await home.logIn();
    const token = await home.acme(['token']);
    expect(token).toEqual({ code: 0, out: expect.stringMatching(/^[\w.-]{20,}\n$/), err: '' });
    expect(await home.acme(['token', '-a', ''])).toEqual(token);
    expect(await home.acme(['whoami'])).toEqual({ code: 0, out: 'ada@example.org\n', err: '' });
    const { out, code } = await home.acme(['api', '/me']);
    expect([code, JSON.parse(out)]).toEqual([0, { sub: 'ada', name: 'ada', email: 'ada@example.org' }]);
    const shell = `test "$(acme token)" = ${token.out.trim()} && acme api /me | head -c 5`;
    const options = { cwd: home.folder, env: { ...home.env } };
    const run = (commands: string) => promisify(execFile)('/bin/sh', ['-c', commands], options);
    expect((await run(shell)).stdout).toBe('{"sub');
    if (process.platform !== 'linux') console.log('Left out: a full disk, which only Linux has as /dev/full.');
    else await expect(run('acme token > /dev/full')).rejects.toMatchObject({ code: 1 });
  });

  test('is told what the API refuses, by exit code 1, with its answer', async () => {
    await home.logIn();
    const { code, out, err } = await home.acme(['api', '/nothing-here']);
    expect([code, err]).toEqual([1, 'acme: The API answered 404.\n']);
    expect(out).not.toBe('');
  });

  test('is told why the API gives no answer', async () => {
    await home.logIn();
    const { code, err } = await home.acme(['api', '/me'], { ACME_API: 'http://127.0.0.1:1' });
    expect([code, err]).toEqual([1, 'acme: fetch failed: bad port\n']);
  });

  test('keeps all for this user alone, and leaves no token after logging out', async () => {
    await home.logIn();
    const folder = join(home.folder, '.local/share/acme');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(await home.acme(['logout'])).toEqual({ code: 0, out: '', err: 'Logged out: account default.\n' });
    expect(await home.acme(['token'])).toMatchObject({ code: 4, out: '' });
    expect(await home.acme(['accounts'])).toMatchObject({ code: 0, out: '' });
  });

  test('has several accounts, one of which is in use', async () => {
    await home.logIn('home');
    await home.logIn('work');
    expect((await home.acme(['accounts'])).out).toBe('  home\n  work\n');
    expect(await home.acme(['token'])).toMatchObject({ code: 4 }); // none was chosen
    expect(await home.acme(['switch', 'work'])).toEqual({ code: 0, out: '', err: '' });
    expect((await home.acme(['accounts'])).out).toBe('  home\n* work\n');
    const [work, other] = [await home.acme(['token']), await home.acme(['token', '--account', 'home'])];
    expect(work.out).not.toBe(other.out);
    expect(await home.acme(['-a', 'home', 'token'])).toEqual(other);
    expect(readFileSync(join(home.folder, '.local/share/acme/account'), 'utf8')).toBe('work');
    const left = readdirSync(join(home.folder, '.local/share/acme')).filter((name) => name.startsWith('account'));
    expect(left).toEqual(['account']);
    expect(await home.acme(['switch', 'play'])).toMatchObject({ code: 1, err: expect.stringContaining('home, work') });
  });
});

test.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('acme is interrupted by %s, by exit code 130', async (signal) => {
  await home.logIn();
  const api = createServer().listen(0, '127.0.0.1'); // which says nothing
  await once(api, 'listening');
  try {
    const env = { ...home.env, ACME_API: `http://127.0.0.1:${(api.address() as AddressInfo).port}` };
    const program = join(import.meta.dirname, '../dist/cli/main.js');
    const child = spawn(process.execPath, [program, 'api', '/me'], { env, cwd: home.folder, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await once(api, 'request');
    child.kill(signal);
    expect((await ended)[0]).toBe(130);
  } finally {
    api.closeAllConnections();
    api.close();
  }
});

test('acme takes no other account where its choice cannot be read', async () => {
  await home.logIn();
  const chosen = join(home.folder, '.local/share/acme/account');
  symlinkSync(chosen, chosen);
  expect(await home.acme(['token'])).toEqual({ code: 1, out: '', err: expect.stringContaining('ELOOP') });
});

describe('acme, at another server than before,', () => {
  test('lists and switches to its own logins alone', async () => {
    await home.logIn('work');
    for (const other of [{ ACME_ISSUER: 'https://other.example' }, { ACME_CLIENT_ID: 'another' }]) {
      expect(await home.acme(['accounts'], other)).toEqual({ code: 0, out: '', err: '' });
      expect(await home.acme(['switch', 'work'], other)).toMatchObject({
        code: 1,
        err: expect.stringContaining('none'),
      });
    }
    expect((await home.acme(['accounts'])).out).toBe('  work\n');
  });
});

describe('acme in CI', () => {
  test('needs two variables, no login and no home folder', async () => {
    expect(await home.acme(['token'], { ...job, HOME: 'nowhere' })).toMatchObject({ code: 0, err: '' });
    const token = await home.acme(['token'], job);
    expect(token).toEqual({ code: 0, out: expect.stringMatching(/^[\w.-]{20,}\n$/), err: '' });
    expect(await home.acme(['whoami'], job)).toEqual({ code: 0, out: 'job\n', err: '' });
    expect(await home.acme(['login'], job)).toMatchObject({ code: 1, err: expect.stringContaining('needs no login') });
    const wrong = await home.acme(['token'], { ...job, ACME_CLIENT_SECRET: 'another' });
    expect([wrong.code, wrong.out, wrong.err.includes('another')]).toEqual([1, '', false]);
  });
});

describe('the server to try the examples at', () => {
  test('prints the variables with which they work', async () => {
    const program = join(import.meta.dirname, '../dist/identity-provider/main.js');
    const server = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(server, 'exit');
    try {
      const [printed] = (await once(server.stdout, 'data')) as [Buffer];
      const variables = Object.fromEntries(
        [...String(printed).matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
      );
      expect(Object.keys(variables)).toEqual(['ISSUER', 'CLIENT_ID', 'ACME_ISSUER', 'ACME_API']);
      expect(await home.acme(['token'], { ...variables, ...job })).toMatchObject({ code: 0, err: '' });
      const options = { issuer: variables['ISSUER'], clientId: variables['CLIENT_ID'], scope: 'openid offline_access' };
      const flow = new DeviceCodeFlow({
        ...options,
        promptUser: ({ verificationUriComplete = '' }) =>
          approveInBrowser(verificationUriComplete, AbortSignal.timeout(120_000)),
      });
      await flow.doFlow();
      await flow.refresh();
    } finally {
      server.kill();
      await ended;
    }
  });
});
