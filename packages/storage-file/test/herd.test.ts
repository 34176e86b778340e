import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { makeFolder } from './folder.js';
import { expectOneRenewal, herdOf, rounds, stampede, storeEndedLogin } from './herd.js';

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
});
afterEach(() => server.stop());

describe('8 processes of 100 callers on one file with an expired token', () => {
  test.each(['auto', 'lockfile'] as const)(
    `send one request, and all get the new token, in ${rounds} rounds (%s)`,
    async (locking) => {
      for (let round = 1; round <= rounds; round++) {
        const path = join(makeFolder(), 'tokens.json');
        const login = await storeEndedLogin(server, path, locking);
        await expectOneRenewal(server, login, await stampede(server, herdOf(8, { path, locking })));
      }
    },
    300_000,
  );

  test('spend the refresh token more than once when nothing excludes them', async () => {
    const path = join(makeFolder(), 'tokens.json');
    await storeEndedLogin(server, path);
    server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, faults.delay(300));
    await stampede(server, herdOf(8, { path, locking: 'none' }));
    expect(server.ledger.tokenRequests.length).toBeGreaterThan(1);
    expect(server.ledger.reuses).toBeGreaterThan(0);
  });
});
