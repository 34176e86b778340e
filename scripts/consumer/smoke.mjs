/** Uses every entry point of the installed packages, on whatever runtime this is. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Keyv from 'keyv';
import * as core from '@latchkey/core';
import { readEnvironment } from '@latchkey/core/node';
import { discoverResource } from '@latchkey/core/resource';
import { describeTokenStorage, FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { fileLock, FileTokenStorage } from '@latchkey/storage-file';
import { redisLock, RedisTokenStorage } from '@latchkey/storage-redis';
import { startRedisNode } from './redis-node.mjs';

// The addon that the kernel's lock needs runs on Node only.
const isNode = !('Bun' in globalThis || 'Deno' in globalThis);
const kinds = isNode ? ['kernel', 'lockfile'] : ['lockfile'];

const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-smoke-'));
const clock = new TestClock({ autoAdvance: true });
const server = await FakeAuthorizationServer.start({ clock, deviceLogins: 'approved' });
try {
  const { issuer } = server;
  const machine = { issuer, clientId: 'machine', clientSecret: 'a secret' };

  const flow = new core.ClientCredentialsFlow(machine);
  const tokens = await Promise.all([1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary()));
  assert.equal(new Set(tokens).size, 1);
  server.ledger.assertTokenRequests(1);
  assert.equal((await flow.fetch(`${issuer}/api`)).status, 200);

  const found = await discoverResource(server.api, { client: { clientId: 'app' } });
  assert.deepEqual(found.allowedOrigins, [new URL(issuer).origin]);

  for (const locking of kinds) {
    const open = () => new FileTokenStorage(path.join(folder, locking, 'tokens.json'), { locking });
    const person = () =>
      new core.DeviceCodeFlowSimple({ issuer, clientId: 'cli', clock, storage: open(), promptUser: () => {} });
    const login = person();
    const first = await login.getAccessTokenRefreshIfNecessary({ interactive: true });
    assert.equal(await person().getAccessTokenRefreshIfNecessary(), first);
    const renewed = await Promise.all(
      [person(), login].map((one) => one.getAccessTokenRefreshIfNecessary({ rejectedToken: first })),
    );
    assert.notEqual(renewed[0], first);
    assert.equal(renewed[1], renewed[0]);
    await login.logout();
    await assert.rejects(person().getAccessTokenRefreshIfNecessary(), core.LoginRequiredError);
  }
  server.ledger.assertNoReuse();
  if (!isNode) {
    const storage = new FileTokenStorage({ file: path.join(folder, 'kernel.json') }, { locking: 'kernel' });
    const flow = new core.ClientCredentialsFlowSimple({ ...machine, storage });
    await assert.rejects(flow.getAccessTokenRefreshIfNecessary(), core.LockUnavailableError);
  }

  const lock = fileLock(path.join(folder, 'lock'), { locking: 'lockfile' });
  const storage = new core.KeyvTokenStorage(new Keyv(), { lock });
  await new core.ClientCredentialsFlowSimple({ ...machine, storage }).getAccessTokenRefreshIfNecessary();

  const node = await startRedisNode();
  for (const place of [{ url: node.url }, { cluster: { rootNodes: [{ url: node.url }] } }]) {
    const storage = new RedisTokenStorage(place);
    assert.equal(await storage.load('somebody'), undefined);
    await storage.close();
  }
  node.close();

  assert.equal(typeof readEnvironment, 'function');
  assert.equal(typeof describeTokenStorage, 'function');
  assert.equal(typeof redisLock, 'function');
  // Stack traces show these names, and bundlers change them.
  const exported = Object.entries({ ...core, FakeAuthorizationServer, FileTokenStorage, RedisTokenStorage });
  const classes = exported.filter(([, value]) => String(value).startsWith('class'));
  assert(classes.length > 50);
  for (const [name, { name: ownName }] of classes) assert.equal(ownName, name.replace('$', '')); // for other files of core
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log('smoke: all entry points work');
