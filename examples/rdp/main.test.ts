import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RdpTwin } from '../dist/rdp/rdp-twin.js';
import { describeLinux } from '../selection.js';

const program = fileURLToPath(new URL('../dist/rdp/main.js', import.meta.url));

let folder: string;
let twin: RdpTwin;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-rdp-'));
  twin = await RdpTwin.start({ 'GE-A-1': 'first-password' });
});

afterEach(async () => {
  await twin[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function writeCredentials(lines: string): void {
  writeFileSync(join(folder, 'rdp.ini'), `[RDP]\n${lines}`, { mode: 0o600 });
}

/** Runs the program in the folder, as a user would. */
function run(args: readonly string[] = [], env = {}): Promise<{ code: number; out: string; err: string }> {
  const all = [program, '--auth-url', twin.server.tokenEndpoint, ...args];
  const { PATH, NODE_OPTIONS } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: folder, env: { PATH, NODE_OPTIONS, ...env } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out.trim(), err });
    });
  });
}

describe('the RDP example', () => {
  test('prints a token, and the next run prints the same without a request', async () => {
    writeCredentials('username = GE-A-1\npassword = first-password\nclientId = app-key');
    const first = await run();
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^at_/) });
    expect(await run()).toEqual({ ...first, err: '' });
    twin.server.ledger.assertTokenRequests(1);
    const { access_token, expiry_tm } = JSON.parse(readFileSync(join(folder, 'token.txt'), 'utf8'));
    expect(access_token).toBe(first.out);
    expect(Math.abs(expiry_tm - (Date.now() / 1000 + 590))).toBeLessThan(30);
  });

  describeLinux('on a full disk, as /dev/full', () => {
    test('fails where the token finds no room', async () => {
      writeCredentials('username = GE-A-1\npassword = first-password\nclientId = app-key');
      const command = `exec '${process.execPath}' '${program}' --auth-url '${twin.server.tokenEndpoint}' > /dev/full`;
      const full = promisify(execFile)('/bin/sh', ['-c', command], { cwd: folder });
      await expect(full).rejects.toMatchObject({ code: 1 });
    });
  });

  test('is renewed once by four programs with one token file', async () => {
    writeCredentials('username = GE-A-1\npassword = first-password\nclientId = app-key');
    await run();
    const file = join(folder, 'token.txt');
    const record = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...record, expiry_tm: Date.now() / 1000 - 11 }), { mode: 0o600 });
    twin.server.ledger.clear();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => run()));
    expect(new Set(outcomes.map(({ code, out }) => `${code} ${out}`)).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ code: 0, out: expect.not.stringContaining(record.access_token) });
    twin.server.ledger.assertTokenRequests(1, { grantType: 'refresh_token' });
    twin.server.ledger.assertTokenRequests(0, { grantType: 'password' });
    twin.server.ledger.assertNoReuse();
  });

  test('changes the password', async () => {
    writeCredentials('username = GE-A-1\npassword = first-password\nclientId = app-key');
    expect(await run(['change-password'])).toMatchObject({ code: 1, err: expect.stringContaining('RDP_NEW_PASSWORD') });
    expect(await run(['change-password'], { RDP_NEW_PASSWORD: 'second-password' })).toMatchObject({ code: 0 });
    rmSync(join(folder, 'token.txt'));
    expect(await run()).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('Check user name and password'),
    });
    writeCredentials('username = GE-A-1\npassword = second-password\nclientId = app-key');
    expect(await run()).toMatchObject({ code: 0, out: expect.stringMatching(/^at_/) });
  });

  test('says that the password may be changed where the answer is lost', async () => {
    writeCredentials('username = GE-A-1\npassword = first-password\nclientId = app-key');
    const mute = createServer((request) => void request.resume().once('end', () => request.socket.destroy()));
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const at = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/token`;
    const { code, err } = await run(['change-password', '--auth-url', at], { RDP_NEW_PASSWORD: 'second-password' });
    mute.close();
    expect([code, err]).toEqual([1, expect.stringContaining('may be changed already: try the new one first.')]);
  });

  test('says that another session holds the quota', async () => {
    writeCredentials('username = GE-A-1\npassword = first-password\nclientId = app-key');
    await run();
    const second = await run(['--no-takeover', '--token-file', 'other.txt']);
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('Another session has the sign-on') });
  });

  test('logs service accounts in, by secret and by key', async () => {
    writeCredentials('clientId = GE-service\nclientSecret = service-secret\nauthenticationType = v2');
    expect(await run()).toMatchObject({ code: 0, out: expect.stringMatching(/^at_/) });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'key.json'), JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 });
    writeCredentials('clientId = GE-signer');
    const signed = await run(['--key', 'key.json', '--token-file', 'signer.txt']);
    expect(signed).toMatchObject({ code: 0, out: expect.stringMatching(/^at_/) });
    expect(twin.server.ledger.tokenRequests.map(({ authentication }) => authentication)).toEqual([
      'client_secret_post',
      'private_key_jwt',
    ]);
  });
});
