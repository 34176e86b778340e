import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeFolder } from './folder.js';
import { callers, expectOneRenewal, herdOf, type Member, rounds, stampede, storeEndedLogin } from './herd.js';

const isFull = process.env['LATCHKEY_FULL'] === '1';
if (!isFull) console.warn('Left out: Bun and Deno beside Node, which npx fetches. Run with LATCHKEY_FULL=1.');
const inFull = isFull ? test : test.skip;

/** Where npx keeps the program of this package. */
const fetched = (name: string, version: string): string =>
  execFileSync('npm', ['exec', '--yes', `--package=${name}@${version}`, '--call', `command -v ${name}`], {
    encoding: 'utf8',
    timeout: 300_000,
  }).trim();

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
});
afterEach(() => server.stop());

/** Node, Bun and Deno on one file. */
function mixedHerd(path: string): { nodes: Member[]; others: Member[] } {
  const bun = { path, command: [fetched('bun', '1')] };
  const deno = { path, command: [fetched('deno', '2'), 'run', '--allow-all', '--node-modules-dir=manual'] };
  return { nodes: herdOf(4, { path }), others: [...herdOf(2, bun), ...herdOf(2, deno)] };
}

describe('8 processes of Node, Bun and Deno with 100 callers each on one file', () => {
  inFull(
    'renew once where the lock is a lock file',
    async () => {
      for (let round = 1; round <= rounds; round++) {
        const path = join(makeFolder(), 'tokens.json');
        const login = await storeEndedLogin(server, path, 'lockfile');
        const { nodes, others } = mixedHerd(path);
        await expectOneRenewal(server, login, await stampede(server, [...nodes, ...others]));
      }
    },
    600_000,
  );

  inFull(
    'renew once where Node came first and locks by the kernel, and the others are refused',
    async () => {
      const path = join(makeFolder(), 'tokens.json');
      const login = await storeEndedLogin(server, path);
      server.nextAnswers({ grantType: 'refresh_token' }, faults.delay(3000));
      const { nodes, others } = mixedHerd(path);
      const reports = await stampede(server, [...nodes, ...others]);
      await expectOneRenewal(server, login, reports.slice(0, nodes.length));
      const refused = { tokens: [], failures: { LOCK_UNAVAILABLE: callers } };
      expect(reports.slice(nodes.length)).toEqual(others.map(() => refused));
    },
    600_000,
  );
});
