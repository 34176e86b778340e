import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { RedisServer } from './redis-server.js';

const program = join(import.meta.dirname, '../../../examples/dist/web-service/main.js');
const running: ChildProcess[] = [];
let redis: RedisServer;
let server: FakeAuthorizationServer;

beforeAll(async () => {
  redis = await RedisServer.start();
  server = await FakeAuthorizationServer.start();
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});
afterAll(async () => {
  await server.stop();
  await redis.kill();
});

/** Starts an instance of the service; resolves to where it listens. */
async function startInstance(): Promise<string> {
  const child = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      ISSUER: server.issuer,
      API: server.api,
      SERVICE_URL: 'http://service.localhost',
      REDIS_URL: redis.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  for await (const line of createInterface(child.stdout)) {
    const port = /^listening on (\d+)$/.exec(line)?.[1];
    if (port) return `http://127.0.0.1:${port}`;
  }
  throw new Error('The service ended before it listened.');
}

async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  return (await fetch(url, { headers })).status;
}

describe('two instances of a web service over one Redis', () => {
  test('share a login for each user, and renew each user’s token once', async () => {
    const [one, other] = await Promise.all([startInstance(), startInstance()]);
    expect(await statusOf(`${other}/users/ada/data`)).toBe(401);
    for (const user of ['ada', 'grace']) {
      const begun = await fetch(`${one}/users/${user}/login`, { redirect: 'manual' });
      const [cookie = ''] = begun.headers.getSetCookie().map((each) => each.split(';')[0]);
      const approved = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
      const { pathname, search } = new URL(approved.headers.get('location') ?? '');
      expect(await statusOf(`${other}${pathname}${search}`)).toBe(400); // another browser
      expect(await statusOf(`${other}${pathname}${search}`, { cookie, 'sec-purpose': 'prefetch' })).toBe(503);
      expect(await statusOf(`${other}${pathname}${search}`, { cookie })).toBe(200);
    }
    expect(await statusOf(`${other}/users/ada/data`)).toBe(200);
    expect(await statusOf(`${other}/users/grace/data`)).toBe(200);
    expect(await statusOf(`${other}/users/eve/data`)).toBe(401);
    server.expireAccessTokens();
    const calls = [one, other, one, other].map((instance) => statusOf(`${instance}/users/ada/data`));
    expect(await Promise.all(calls)).toEqual([200, 200, 200, 200]);
    expect(server.ledger.count({ grantType: 'refresh_token' })).toBe(1);
    server.ledger.assertNoReuse();
  });

  test('end by themselves when told to, with nothing left open', async () => {
    await startInstance();
    const [child] = running;
    child?.kill('SIGTERM');
    const [code] = (await once(child!, 'exit')) as [number | null];
    running.length = 0;
    expect(code).toBe(0);
  });
});
