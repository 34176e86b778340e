import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
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
  server.clearFaults();
  for (const child of running.splice(0)) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});
afterAll(async () => {
  await server.stop();
  await redis.kill();
});

/** Starts an instance of the service, with arguments for Node; resolves to where it listens. */
async function startInstance(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [...args, program], {
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

/** Logs a user in at an instance; resolves to the status of its answer. */
async function logIn(instance: string, user: string): Promise<number> {
  const begun = await fetch(`${instance}/users/${user}/login`, { redirect: 'manual' });
  const [cookie = ''] = begun.headers.getSetCookie().map((each) => each.split(';')[0]);
  const approved = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(approved.headers.get('location') ?? '');
  return statusOf(`${instance}${pathname}${search}`, { cookie });
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

  test.each([
    [403, 502],
    [503, 503],
  ])('take the %i of the authorization server for no matter of the caller’s', async (answered, told) => {
    const one = await startInstance();
    expect(await logIn(one, 'joan')).toBe(200);
    server.expireAccessTokens();
    server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, faults.html(answered));
    expect(await statusOf(`${one}/users/joan/data`)).toBe(told);
  });

  test('save what a server gives after their patience has ended', async () => {
    const hurried = `const { timeout } = AbortSignal;
      AbortSignal.timeout = (time) => (time === 10_000 ? AbortSignal.abort() : timeout.call(AbortSignal, time));`;
    const one = await startInstance('--import', `data:text/javascript,${encodeURIComponent(hurried)}`);
    expect(await logIn(one, 'linus')).toBe(200);

    server.expireAccessTokens();
    server.ledger.clear();
    const gate = server.hold({ grantType: 'refresh_token', processed: true });
    const asked = statusOf(`${one}/users/linus/data`).catch(() => 'cut');
    await gate.arrived;
    const [child] = running;
    const ended = once(child!, 'exit');
    child!.kill('SIGTERM');
    expect(await asked).toBe('cut'); // it has heard the signal
    gate.release();
    const [code] = (await ended) as [number | null];
    running.length = 0;
    expect(code).toBe(0);
    expect(await statusOf(`${await startInstance()}/users/linus/data`)).toBe(200);
    expect(server.ledger.count({ grantType: 'refresh_token' })).toBe(1);
    server.ledger.assertNoReuse();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('end by themselves at %s, with nothing left open', async (signal) => {
    await startInstance();
    const [child] = running;
    child?.kill(signal);
    const [code] = (await once(child!, 'exit')) as [number | null];
    running.length = 0;
    expect(code).toBe(0);
  });
});
