import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple, TokenSet } from '@latchkey/core';
import { FakeAuthorizationServer, faults, TestClock } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';

const processes = 8;
const callers = 100;
const rounds = Number(process.env['LATCHKEY_ROUNDS'] ?? 2);

let server: FakeAuthorizationServer;
let folder: string;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
  folder = mkdtempSync(join(tmpdir(), 'latchkey-herd-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Report {
  readonly tokens: string[];
  readonly failures: string[];
}

/** Logs in, and lets the stored token have ended. */
async function storeExpiredToken(): Promise<FileTokenStorage> {
  const storage = new FileTokenStorage(join(folder, 'tokens.json'));
  const options = { server: { issuer: server.issuer, tokenEndpoint: server.tokenEndpoint }, clientId: 'cli', storage };
  const flow = new DeviceCodeFlowSimple({
    ...options,
    clock: new TestClock({ autoAdvance: true, start: Date.now() }),
    server: { ...options.server, deviceAuthorizationEndpoint: `${server.issuer}/device_authorization` },
    promptUser: () => undefined,
  });
  const tokens = await flow.doFlow();
  const key = tokens.stamp?.key ?? '';
  const ended = TokenSet.from({ ...tokens.toJSON(), issued_at: 1, expires_at: 2 });
  await storage.withLock(key, (lock) => storage.save(key, ended, { reason: 'import', expected: undefined, lock }), {
    signal: new AbortController().signal,
    timeout: 5,
  });
  server.ledger.clear();
  return storage;
}

/** Starts the processes, lets all of their callers begin at once, and collects what they got. */
async function stampede(guard: 'locked' | 'unlocked'): Promise<Report> {
  const script = join(import.meta.dirname, 'children/herd.mjs');
  const parameters = [server.issuer, join(folder, 'tokens.json'), String(callers), guard];
  const children = Array.from({ length: processes }, () => fork(script, parameters));
  try {
    await Promise.all(children.map((child) => next<'ready'>(child)));
    const reports = children.map((child) => next<Report>(child));
    for (const child of children) child.send('go');
    const all = await Promise.all(reports);
    return { tokens: all.flatMap(({ tokens }) => tokens), failures: all.flatMap(({ failures }) => failures) };
  } finally {
    for (const child of children) child.kill();
  }
}

async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}

describe('8 processes of 100 callers on one file with an expired token', () => {
  test(`send one request, and all get the new token, in ${rounds} rounds`, async () => {
    for (let round = 1; round <= rounds; round++) {
      const storage = await storeExpiredToken();
      const { tokens, failures } = await stampede('locked');
      expect(failures).toEqual([]);
      expect(tokens).toHaveLength(processes * callers);
      expect(new Set(tokens).size).toBe(1);
      server.ledger.assertTokenRequests(1);
      server.ledger.assertNoReuse();
      const [request] = server.ledger.tokenRequests;
      expect(tokens[0]).toBe(request?.issued?.accessToken);
      const key = new URLSearchParams({ issuer: server.issuer, client_id: 'cli' }).toString();
      expect((await storage.load(key))?.refreshToken).toBe(request?.issued?.refreshToken);
      rmSync(join(folder, 'tokens.json'));
    }
  }, 300_000);

  test('spend the refresh token more than once when nothing excludes them', async () => {
    await storeExpiredToken();
    server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, faults.delay(300));
    await stampede('unlocked');
    expect(server.ledger.tokenRequests.length).toBeGreaterThan(1);
    expect(server.ledger.reuses).toBeGreaterThan(0);
  }, 60_000);
});
