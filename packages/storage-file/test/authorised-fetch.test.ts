import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { makeFolder } from './folder.js';

let server: FakeAuthorizationServer;
let storage: FileTokenStorage;
let flow: DeviceCodeFlowSimple;
let children: ChildProcess[];

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
  const { issuer, tokenEndpoint } = server;
  const endpoints = { issuer, tokenEndpoint, deviceAuthorizationEndpoint: `${issuer}/device_authorization` };
  const path = join(makeFolder(), 'tokens.json');
  storage = new FileTokenStorage(path);
  const clock = new TestClock({ autoAdvance: true, start: Date.now() });
  flow = new DeviceCodeFlowSimple({ server: endpoints, clientId: 'cli', clock, storage, promptUser: () => undefined });
  await flow.doFlow();
  const script = join(import.meta.dirname, 'children/api-caller.mjs');
  children = Array.from({ length: 4 }, () => fork(script, [issuer, path]));
  await Promise.all(children.map((child) => once(child, 'message')));
  server.ledger.clear();
  server.expireAccessTokens();
});
afterEach(async () => {
  for (const child of children) child.kill();
  await server.stop();
});

/** Lets a process send so many requests at once, and resolves with what came of them. */
function call(child: ChildProcess, requests: number): Promise<unknown> {
  child.send(requests);
  return once(child, 'message').then(([statuses]) => statuses as unknown);
}

async function expectOneRenewal(): Promise<void> {
  server.ledger.assertTokenRequests(1);
  server.ledger.assertEachPresentedOnce();
  expect((await storage.load(flow.key))?.accessToken).toBe(server.ledger.tokenRequests[0]?.issued?.accessToken);
}

describe('4 processes whose token an API refuses', () => {
  test('A6 one after the other renew it once, and each sends its request again once', async () => {
    const held = [];
    for (const child of children) {
      const gate = server.hold({ endpoint: 'api', processed: true });
      held.push({ gate, answer: call(child, 1) });
      await gate.arrived;
    }
    for (const { gate, answer } of held) {
      gate.release();
      expect(await answer).toEqual([200]);
    }
    await expectOneRenewal();
    expect(server.ledger.count({ endpoint: 'api' })).toBe(8);
  });

  test('A6 all at once renew it once, and send no request more than twice', async () => {
    const answers = await Promise.all(children.map((child) => call(child, 5)));
    for (const statuses of answers) expect(statuses).toEqual([200, 200, 200, 200, 200]);
    await expectOneRenewal();
    const sent = server.ledger.filter({ endpoint: 'api' }).map(({ headers }) => headers['x-request']);
    expect(new Set(sent).size).toBe(20);
    for (const name of sent) expect(sent.filter((other) => other === name).length).toBeLessThanOrEqual(2);
  });
});
