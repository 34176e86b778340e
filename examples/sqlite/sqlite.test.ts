import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

const program = join(import.meta.dirname, '../dist/sqlite/main.js');
const renewal = { grantType: 'refresh_token' };

let folder: string;
let database: string;
let server: FakeAuthorizationServer;
let children: ChildProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-sqlite-'));
  database = join(folder, 'tokens.sqlite');
  server = await FakeAuthorizationServer.start({ rotation: 'rotate', deviceLogins: 'approved', deviceInterval: 1 });
  children = [];
});

afterEach(async () => {
  for (const child of children.filter(({ exitCode }) => exitCode === null)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The program, started, and a function that asks it for a token. */
async function start(lock: string, ...args: string[]): Promise<() => Promise<string>> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ISSUER: server.issuer, DATABASE: database, LOCK: lock },
    stdio: ['pipe', 'pipe', args.length > 0 ? 'ignore' : 'inherit'], // a login prints where to approve it
  });
  children.push(child);
  const lines = createInterface(child.stdout);
  while ((await nextLine(lines)) !== 'ready');
  return () => {
    child.stdin.write('\n');
    return nextLine(lines);
  };
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(120_000) })) as [string];
  return line;
}

/** Logs in with a token that ends at once, and starts processes that have not read it yet. */
async function expireBefore(processes: number, lock: string): Promise<(() => Promise<string>)[]> {
  server.configure({ expiresIn: 0 });
  await start(lock, 'login');
  server.configure({ expiresIn: 3600 });
  server.expireAccessTokens();
  server.ledger.clear();
  return Promise.all(Array.from({ length: processes }, () => start(lock)));
}

describe('Processes that share a SQLite file by KeyvTokenStorage', () => {
  test('renew once with fileLock, and all get the new token', async () => {
    const asks = await expireBefore(6, 'file');
    const gate = server.hold(renewal);
    const answers = Promise.all(asks.map((ask) => ask()));
    await gate.arrived;
    gate.release();
    const tokens = new Set(await answers);
    expect(tokens.size).toBe(1);
    server.ledger.assertTokenRequests(1);
    server.ledger.assertNoReuse();
    const [token = ''] = tokens;
    expect((await fetch(server.api, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect(statSync(database).mode & 0o777).toBe(0o600);
  });

  test('renew each for itself without a lock that reaches them all, so that the login is lost', async () => {
    const asks = await expireBefore(3, 'process');
    const gates = [server.hold(renewal), server.hold(renewal), server.hold(renewal)];
    const answers = Promise.all(asks.map((ask) => ask()));
    await Promise.all(gates.map(({ arrived }) => arrived));
    for (const gate of gates) gate.release();
    await answers;
    expect(server.ledger.count(renewal)).toBeGreaterThanOrEqual(3);
    expect(server.ledger.reuses).toBeGreaterThan(0);
  });

  test('end by themselves when there is nothing more to read', async () => {
    await start('file');
    const [child] = children as [ChildProcess];
    child.stdin?.end();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
