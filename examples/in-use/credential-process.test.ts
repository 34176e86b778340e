import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const programs = join(import.meta.dirname, '../dist/in-use');
const origin = 'https://git.example.org';
const { NODE_OPTIONS: _, ...inherited } = process.env;

let folder: string;
let file: string;
let server: FakeAuthorizationServer;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-credential-'));
  file = join(folder, 'tokens.json');
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 0.01 });
});

afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function run(command: string, args: readonly string[], input = ''): Promise<Ran> {
  const env = { ...inherited, ISSUER: server.issuer, CLIENT_ID: 'cli', TOKENS: file, GIT_TERMINAL_PROMPT: '0' };
  return new Promise((resolve) => {
    const child = execFile(command, args, { env, cwd: folder }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
    child.stdin?.on('error', () => undefined); // a program that reads nothing may end before
    child.stdin?.end(input);
  });
}

function credentials(...args: string[]): Promise<Ran> {
  return run(process.execPath, [join(programs, 'credential-process.js'), ...args]);
}

/** git itself, which asks the helper. */
function git(operation: string, host: string, password = ''): Promise<Ran> {
  const helper = `!'${process.execPath}' '${join(programs, 'git-credential.js')}' ${origin}`;
  const config = ['-c', 'credential.helper=', '-c', `credential.helper=${helper}`];
  const known = password && `username=oauth2\npassword=${password}\n`;
  return run('git', [...config, 'credential', operation], `protocol=https\nhost=${host}\n${known}\n`);
}

async function logIn(): Promise<void> {
  const options = { issuer: server.issuer, clientId: 'cli', scope: 'offline_access', promptUser: () => undefined };
  await new DeviceCodeFlow({ ...options, storage: new FileTokenStorage(file) }).doFlow();
}

const stored = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | number>;
const renewals = (): number => server.ledger.count({ grantType: 'refresh_token' });

describe('a program that prints a token for another', () => {
  test('prints the token with its end, for an AWS-like tool and for kubectl', async () => {
    expect((await credentials('login')).code).toBe(0);
    const { access_token, expires_at } = stored();
    const end = new Date(Number(expires_at) * 1000).toISOString();
    const [aws, kubectl] = await Promise.all([credentials('json'), credentials('kubernetes')]);
    expect(JSON.parse(aws.out)).toEqual({ Version: 1, Token: access_token, Expiration: end });
    expect(JSON.parse(kubectl.out)).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: access_token, expirationTimestamp: end },
    });
    expect(renewals()).toBe(0);
  });

  test('is renewed once, however many tools ask at the same time', async () => {
    await logIn();
    const record = stored();
    writeFileSync(file, JSON.stringify({ ...record, expires_at: Number(record['issued_at']) - 1 }));
    const answers = await Promise.all([1, 2, 3].map(() => credentials('json')));
    const tokens = answers.map(({ out }) => (JSON.parse(out) as { Token: string }).Token);
    expect(tokens).toEqual(Array(3).fill(stored()['access_token']));
    expect(tokens[0]).not.toBe(record['access_token']);
    expect(renewals()).toBe(1);
    server.ledger.assertNoReuse();
  });

  test('says on stderr what to do without a login, and prints nothing', async () => {
    expect(await credentials('json')).toEqual({ code: 1, out: '', err: expect.stringContaining('No tokens') });
  });
});

describe('a credential helper of git', () => {
  test('gives git the token, and its end', async () => {
    await logIn();
    const { out } = await git('fill', 'git.example.org');
    const { access_token, expires_at } = stored();
    expect(out).toContain(`username=oauth2\npassword=${access_token}\n`);
    const asked = 'protocol=https\nhost=git.example.org\n\n';
    const helper = await run(process.execPath, [join(programs, 'git-credential.js'), origin, 'get'], asked);
    expect(helper.out).toContain(`password_expiry_utc=${expires_at}\n`); // git heeds it since 2.40
  });

  test('gives another host nothing', async () => {
    await logIn();
    const { out, err } = await git('fill', 'git.example.net');
    for (const secret of server.secrets) expect(out + err).not.toContain(secret);
  });

  test('renews once when git says that the token was refused', async () => {
    await logIn();
    const refused = String(stored()['access_token']);
    await git('reject', 'git.example.org', refused);
    await git('reject', 'git.example.org', refused);
    expect(renewals()).toBe(1);
    expect((await git('fill', 'git.example.org')).out).toContain(`password=${stored()['access_token']}`);
    expect(stored()['access_token']).not.toBe(refused);
  });
});
