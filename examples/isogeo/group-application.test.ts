import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CredentialsFileError } from '@latchkey/core';
import { faults, TestClock } from '@latchkey/core/testing';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { groupFlow } from '../dist/isogeo/group-flow.js';
import { IsogeoApi } from '../dist/isogeo/isogeo-api.js';
import { IsogeoTwin } from '../dist/isogeo/twin/isogeo-twin.js';

const clientId = 'my-app-0123456789abcdef0123456789abcdef';
const clientSecret = 'K3'.repeat(32);
const added = { scopes: ['resources:read'], kind: 'public', isogeo_type: 'group', isogeo_staff: false };
const program = fileURLToPath(new URL('../dist/isogeo/group.js', import.meta.url));

let folder: string;
let twin: IsogeoTwin;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-isogeo-'));
  twin = await IsogeoTwin.start({ clients: { [clientId]: { secret: clientSecret }, other: { secret: 's' } } });
});
afterEach(async () => {
  await twin[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function written(name: string, content: string | object): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function ini(section = 'auth'): string {
  const { auth_uri, token_uri } = twin.credentials(clientId, clientSecret);
  const client = `CLIENT_TYPE = group\nCLIENT_ID = ${clientId}\nCLIENT_SECRET = ${clientSecret}`;
  return `[${section}]\n${client}\nURI_AUTH = ${auth_uri}\nURI_TOKEN = ${token_uri}\n`;
}

const files: Readonly<Record<string, () => string>> = {
  'a JSON file': () => written('new.json', { web: { ...twin.credentials(clientId, clientSecret), ...added } }),
  'its INI twin': () => written('twin.ini', ini()),
  'an old JSON file': () => written('old.json', { web: twin.credentials(clientId, clientSecret) }),
};

/** Runs the program to its end. */
async function run(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ISOGEO_API_URL: `${twin.url}/` }, // as a browser shows it
    cwd: folder,
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

describe('A group application of Isogeo (A1)', () => {
  test.each(Object.keys(files))('asks as Isogeo wants it, by %s', async (which) => {
    const flow = await groupFlow(files[which]!(), { allowedOrigins: [twin.url] });
    expect(await new IsogeoApi(flow, twin.url).shares()).toHaveLength(2);
    const [request, call] = twin.fake.ledger.entries;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    expect(request).toMatchObject({ method: 'POST', path: '/token', body: 'grant_type=client_credentials' });
    expect(request?.headers.authorization).toBe(`Basic ${basic}`);
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(call).toMatchObject({ path: '/api/shares', accessToken: request?.issued?.accessToken });
    expect(twin.fake.ledger.count()).toBe(2);
  });

  test('understands the answer as Isogeo writes it', async () => {
    const asIsogeo = faults.changeFields(({ access_token }) => ({
      access_token,
      token_type: 'bearer',
      expires_in: 3599,
    }));
    twin.fake.nextAnswers({ endpoint: 'token' }, asIsogeo);
    const flow = await groupFlow(files['a JSON file']!());
    await flow.getAccessTokenRefreshIfNecessary();
    expect(flow.hasRefreshToken).toBe(false);
    expect(flow.ttl).toBeGreaterThan(3590);
  });

  test('is told which file cannot be used, and why, before any request', async () => {
    const bad = [
      [join(folder, 'missing.json'), 'CREDENTIALS_FILE_MISSING', 'does not exist'],
      [written('secrets.txt', readFileSync(files['a JSON file']!(), 'utf8')), 'CREDENTIALS_FILE_UNSUPPORTED', '.json'],
      [
        written('head.json', { client: twin.credentials(clientId, clientSecret) }),
        'CREDENTIALS_FILE_HEAD_MISSING',
        '"web"',
      ],
      [written('section.ini', ini('api')), 'CREDENTIALS_FILE_HEAD_MISSING', '[auth]'],
    ] as const;
    const messages = new Set<string>();
    for (const [file, code, reason] of bad) {
      const error = await groupFlow(file).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(CredentialsFileError);
      expect(error).toMatchObject({ code, path: file, reason: expect.stringContaining(reason) });
      const { message, reason: why } = error as CredentialsFileError;
      expect(message).toContain(basename(file));
      messages.add(why);
    }
    expect(messages.size).toBe(4);
    expect(twin.fake.ledger.count()).toBe(0);
  });
});

describe('A token without a refresh token (A2)', () => {
  test('is asked for anew when it ends, never refreshed, and not asked for while it is valid', async () => {
    const clock = new TestClock({ autoAdvance: true });
    twin.fake.configure({ clock, expiresIn: 2 });
    const flow = await groupFlow(files['a JSON file']!(), { clock, allowedOrigins: [twin.url] });
    for (let second = 0; second < 7; second++) {
      expect((await flow.fetch(`${twin.url}/shares`)).status).toBe(200);
      await clock.advance(1000);
    }
    const grants = twin.fake.ledger.tokenRequests.map(({ grantType }) => grantType);
    expect(grants).toEqual(Array(4).fill('client_credentials'));
  });
});

describe('Two applications in one process (A3)', () => {
  test('renew each with their own credentials when both tokens have ended', async () => {
    const clock = new TestClock({ autoAdvance: true });
    twin.fake.configure({ clock });
    const otherFile = written('other.json', { web: twin.credentials('other', 's') });
    const [own, other] = await Promise.all(
      [files['a JSON file']!(), otherFile].map((file) => groupFlow(file, { clock, allowedOrigins: [twin.url] })),
    );
    for (const times of [1, 2]) {
      const answers = [own, other, own, other].map((flow) => flow!.fetch(`${twin.url}/shares`));
      for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
      for (const id of [clientId, 'other']) {
        expect(twin.fake.ledger.count({ endpoint: 'token', clientId: id })).toBe(times);
      }
      expect(own!.accessToken).not.toBe(other!.accessToken);
      await clock.advance(7_200_000);
    }
    const secrets: Readonly<Record<string, string>> = { [clientId]: clientSecret, other: 's' };
    for (const { clientId: id, clientSecret: sent, outcome } of twin.fake.ledger.tokenRequests) {
      expect({ sent, outcome }).toEqual({ sent: secrets[id!], outcome: 'issued' });
    }
  });
});

describe('the program group.js', () => {
  test('lists the shares of two applications in one process, each with its own credentials', async () => {
    const other = written('other.json', { web: twin.credentials('other', 's') });
    const { code, out, err } = await run(files['its INI twin']!(), other);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(/Coast and sea/g)).toHaveLength(2);
    expect(twin.fake.ledger.tokenRequests.map((entry) => entry.clientId).sort()).toEqual([clientId, 'other']);
  });

  test('says what to do when the file is missing or the client is refused, without a secret', async () => {
    const missing = await run();
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringMatching(/client_secrets\.json.*does not exist.*Check/),
    });
    const wrong = written('wrong.json', { web: twin.credentials(clientId, 'no-such-secret') });
    const refused = await run(wrong);
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/refused the client.*clientSecret/) });
    expect(refused.err).not.toContain('no-such-secret');
  });
});
