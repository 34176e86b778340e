import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NoTokensError } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileLogin } from '../dist/own-hooks/file-login.js';

const program = fileURLToPath(new URL('../dist/own-hooks/renewing-process.js', import.meta.url));
const source = fileURLToPath(new URL('file-login.ts', import.meta.url));
const renewal = { grantType: 'refresh_token' };

let folder: string;
let file: string;
let server: FakeAuthorizationServer;
let children: ChildProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-own-hooks-'));
  file = join(folder, 'login.json');
  server = await FakeAuthorizationServer.start({ rotation: 'rotate', deviceLogins: 'approved', deviceInterval: 1 });
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(end));
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function login(): FileLogin {
  return new FileLogin(file, { issuer: server.issuer, clientId: 'app', scope: 'openid', promptUser: () => undefined });
}

/** Logs in, lets the token expire, here and at the server, and starts processes that are ready to renew it. */
async function expireBefore(processes: number, lock = ''): Promise<void> {
  await login().doFlow();
  const record = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...record, expires_at: record.issued_at - 1 }));
  server.expireAccessTokens();
  children = Array.from({ length: processes }, () => fork(program, [server.issuer, file, lock]));
  await Promise.all(children.map(said));
}

async function said(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [string];
  return message;
}

/** Lets all processes ask at once; resolves with what each of them got. */
function askAtOnce(): Promise<string[]> {
  const answers = Promise.all(children.map(said));
  for (const child of children) child.send('go');
  return answers;
}

async function apiAnswer(token: string): Promise<number> {
  return (await fetch(server.api, { headers: { authorization: `Bearer ${token}` } })).status;
}

describe('FileLogin, a DeviceCodeFlow with hooks on a place of its own', () => {
  test('is a class of under 20 lines', () => {
    const [code = ''] = /^export class [^]*?^}/m.exec(readFileSync(source, 'utf8')) ?? [];
    expect(code).toContain('loadTokens');
    expect(code.split('\n').length).toBeLessThan(20);
  });

  test('logs in, finds its tokens again, and logs out', async () => {
    await expect(login().getAccessTokenRefreshIfNecessary()).rejects.toThrow(NoTokensError);
    const { accessToken } = await login().doFlow();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = server.ledger.count();
    await expect(login().getAccessTokenRefreshIfNecessary()).resolves.toBe(accessToken);
    expect(server.ledger.count()).toBe(before);
    await login().logout();
    expect(existsSync(file)).toBe(false);
  });

  test('asks for the scope that an API wants', async () => {
    const clock = new TestClock({ autoAdvance: true });
    server.configure({ clock });
    const options = { issuer: server.issuer, clientId: 'app', scope: 'read', clock, promptUser: () => undefined };
    const flow = new FileLogin(file, options);
    await flow.doFlow();
    const response = await flow.asFetch({ interactive: true })(`${server.api}?scope=write`);
    expect(response.status).toBe(200);
    expect((await flow.reload())?.scope?.split(' ').sort()).toEqual(['read', 'write']);
  });

  test('asks nobody to log in where the file cannot be read', async () => {
    symlinkSync(file, file);
    await expect(login().getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test('is renewed once by two processes at the same time, thanks to fileLock', async () => {
    await expireBefore(2);
    const gate = server.hold(renewal);
    const answers = askAtOnce();
    await gate.arrived;
    gate.release();
    const [first = '', second] = await answers;
    expect(second).toBe(first);
    expect(await apiAnswer(first)).toBe(200);
    server.ledger.assertTokenRequests(1, renewal);
    server.ledger.assertNoReuse();
    const [issued] = server.ledger.filter(renewal);
    expect(JSON.parse(readFileSync(file, 'utf8')).refresh_token).toBe(issued?.issued?.refreshToken);
  });

  test("is renewed twice without it (lock: 'process'), so that the login is lost", async () => {
    await expireBefore(2, 'process');
    const gates = [server.hold(renewal), server.hold(renewal)];
    const answers = askAtOnce();
    await Promise.all(gates.map(({ arrived }) => arrived));
    for (const gate of gates) gate.release();
    await answers;
    server.ledger.assertTokenRequests(2, renewal);
    expect(server.ledger.reuses).toBe(1);
    const { access_token } = JSON.parse(readFileSync(file, 'utf8'));
    expect(await apiAnswer(access_token)).toBe(401);
  });
});
