import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { join } from 'node:path';
import { type Child, start } from './child.js';
import { makeFolder } from './folder.js';

let server: FakeAuthorizationServer;

beforeAll(async () => {
  server = await FakeAuthorizationServer.start({ deviceInterval: 1 });
});
afterAll(() => server.stop());

const prompted = (children: readonly Child[]): number =>
  children.flatMap(({ lines }) => lines).filter((line) => line.startsWith('asks')).length;

describe.each([
  ['one file', 'kernel', {}],
  ['one file', 'lockfile', {}],
  ['a folder of files', 'kernel', { perKey: true }],
  ['a folder of files', 'lockfile', { perKey: true }],
] as const)('Processes over %s, locked by %s, that need a login at once,', (_name, locking, mode) => {
  const logIn = (path: string): Child =>
    start('log-in.mjs', [JSON.stringify({ path, issuer: server.issuer, options: { locking, ...mode } })]);

  test('ask the person once; where who asked is killed, the next one asks', async () => {
    const path = join(makeFolder(), 'tokens');
    const first = logIn(path);
    const asked = (await first.says('asks')).slice('asks '.length);
    const others = [logIn(path), logIn(path), logIn(path)];
    await Promise.all(others.map((child) => child.says('begins')));
    await first.kill();
    const second = (await Promise.race(others.map((child) => child.says('asks')))).slice('asks '.length);
    expect(second).not.toBe(asked);
    server.approve(second);
    const tokens = await Promise.all(others.map((child) => child.says('token')));
    expect(new Set(tokens).size).toBe(1);
    expect(prompted(others)).toBe(1);
  });
});
