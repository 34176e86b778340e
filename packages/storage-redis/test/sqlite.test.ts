import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { Child } from './child.js';
import { RedisServer } from './redis-server.js';

const program = join(import.meta.dirname, '../../../examples/dist/sqlite/main.js');
let redis: RedisServer;
let folder: string;

beforeAll(async () => {
  redis = await RedisServer.start();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-sqlite-'));
});
afterAll(async () => {
  await redis.kill();
  rmSync(folder, { recursive: true });
});

/** Starts the program; resolves when it is ready to be asked. */
async function start(issuer: string, ...args: string[]): Promise<Child> {
  const own = { ISSUER: issuer, DATABASE: join(folder, 'tokens.sqlite'), LOCK: redis.url };
  const child = new Child(
    spawn(process.execPath, [program, ...args], { env: { ...process.env, ...own }, stdio: ['pipe', 'pipe', 'ignore'] }),
  );
  await child.says('ready');
  return child;
}

describe('Processes that share a SQLite file by KeyvTokenStorage', () => {
  test('renew once with redisLock, and all get the new token', async () => {
    await using server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
    server.configure({ expiresIn: 0 }); // ended at once, however fast the machine is
    await start(server.issuer, 'login');
    server.configure({ expiresIn: 3600 });
    server.ledger.clear();
    const children = await Promise.all(Array.from({ length: 6 }, () => start(server.issuer)));
    const gate = server.hold({ grantType: 'refresh_token' });
    for (const child of children) child.tell('');
    await gate.arrived;
    gate.release();
    const tokens = await Promise.all(children.map((child) => child.says('at_')));
    expect(new Set(tokens).size).toBe(1);
    server.ledger.assertTokenRequests(1);
    server.ledger.assertNoReuse();
  });
});
