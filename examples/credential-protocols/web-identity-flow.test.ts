import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MemoryTokenStorage } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebIdentityFlow } from '../dist/credential-protocols/web-identity-flow.js';

const role = 'arn:aws:iam::123456789012:role/reader';
let sts: Server;
let answer: { readonly status: number; readonly body: string };
let requests = 0;

beforeEach(async () => {
  requests = 0;
  sts = createServer((_request, response) => {
    requests++;
    response.writeHead(answer.status).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(sts, 'listening');
});
afterEach(() => void sts.close());

test('gives the keys that are still good while STS is out of order', async () => {
  const clock = new TestClock({ start: Date.now() });
  const tokenEndpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}/`;
  const place = { storage: new MemoryTokenStorage(), autoRefreshThreshold: 960, renewAhead: false, clock };
  const token = async (): Promise<string> => 'of ada';
  const flow = new WebIdentityFlow({ server: { tokenEndpoint }, clientId: role, account: 'ada', token, ...place });
  const end = new Date(Date.now() + 3_600_000).toISOString();
  const keys = `<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
  answer = { status: 200, body: `${keys}<Expiration>${end}</Expiration>` };
  const given = await flow.getAccessTokenRefreshIfNecessary();
  await clock.advance(3_000_000);
  for (const [status, code] of [
    [503, ''],
    [400, 'Throttling'],
  ] as const) {
    answer = { status, body: `<Code>${code}</Code>` };
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(given);
  }
  expect(requests).toBe(3);
  answer = { status: 403, body: '<Code>AccessDenied</Code>' };
  await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow('STS answered 403 AccessDenied.');
});
