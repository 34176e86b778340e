import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MemoryTokenStorage } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebIdentityFlow } from '../dist/credential-protocols/web-identity-flow.js';

const role = 'arn:aws:iam::123456789012:role/reader';
let sts: Server;
/** Without one, STS says nothing. */
let answer: { readonly status: number; readonly body: string } | undefined;
let requests = 0;

beforeEach(async () => {
  requests = 0;
  sts = createServer((_request, response) => {
    requests++;
    if (answer) response.writeHead(answer.status).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(sts, 'listening');
});
afterEach(() => {
  jest.restoreAllMocks();
  sts.closeAllConnections();
  sts.close();
});

function keysOf(clock: TestClock): WebIdentityFlow {
  const tokenEndpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}/`;
  const place = { storage: new MemoryTokenStorage(), autoRefreshThreshold: 960, renewAhead: false, clock };
  const token = async (): Promise<string> => 'of ada';
  return new WebIdentityFlow({ server: { tokenEndpoint }, clientId: role, account: 'ada', token, ...place });
}

/** Lets STS give keys for an hour from now. */
function giveKeys(): void {
  const end = new Date(Date.now() + 3_600_000).toISOString();
  const keys = `<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
  answer = { status: 200, body: `${keys}<Expiration>${end}</Expiration>` };
}

test('gives the keys that are still good while STS is out of order', async () => {
  const clock = new TestClock({ start: Date.now() });
  const flow = keysOf(clock);
  giveKeys();
  const given = await flow.getAccessTokenRefreshIfNecessary();
  await clock.advance(3_000_000);
  for (const [status, code] of [
    [503, ''],
    [400, 'Throttling'],
    [400, 'InvalidIdentityToken'],
  ] as const) {
    answer = { status, body: `<Code>${code}</Code>` };
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(given);
  }
  expect(requests).toBe(4);
  answer = { status: 403, body: '<Code>AccessDenied</Code>' };
  await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow('STS answered 403 AccessDenied.');
});

test('waits 20 s for an STS that says nothing, and then gives the keys that are still good', async () => {
  const [patience, timeout] = [new AbortController(), AbortSignal.timeout.bind(AbortSignal)];
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((time) => (time === 20_000 ? patience.signal : timeout(time)));
  const clock = new TestClock({ start: Date.now() });
  const flow = keysOf(clock);
  giveKeys();
  const given = await flow.getAccessTokenRefreshIfNecessary();
  await clock.advance(3_000_000);
  answer = undefined;
  const heard = once(sts, 'request');
  const asked = flow.getAccessTokenRefreshIfNecessary();
  await heard;
  patience.abort(new DOMException('20 s have passed.', 'TimeoutError'));
  expect(await asked).toBe(given);
  expect(requests).toBe(2);
});
