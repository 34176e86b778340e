import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { start } from './child.js';
import { RedisServer } from './redis-server.js';

let redis: RedisServer;
let server: FakeAuthorizationServer;
const processes = 8;
const scopes = ['api://orders/.default', 'api://users/.default'];

beforeAll(async () => {
  redis = await RedisServer.start();
  server = await FakeAuthorizationServer.start();
});
afterAll(async () => {
  await server.stop();
  await redis.kill();
});

describe('Two APIs that only their scopes tell apart, one client and one Redis', () => {
  // Entra's shape, and the answers leave out the scope, as they may (RFC 6749 section 5.1).
  test('bring two tokens in two requests to eight processes that ask for both at once', async () => {
    const prefix = 'two-apis';
    const { issuer, tokenEndpoint } = server;
    const argument = { redis: { url: redis.url, prefix }, server: { issuer, tokenEndpoint }, scopes };
    for (let time = 0; time < 10; time++) {
      server.nextAnswers(
        { endpoint: 'token' },
        faults.changeFields(({ scope: _none, ...rest }) => rest),
      );
    }
    const children = Array.from({ length: processes }, () => start('two-apis.mjs', argument));
    await Promise.all(children.map((child) => child.says('ready')));
    for (const child of children) child.tell('go');
    const told = await Promise.all(children.map((child) => child.says('tokens')));
    const tokens = told.map((line) => JSON.parse(line) as [string[], string[]]);
    const [orders, users] = [0, 1].map((api) => [...new Set(tokens.flatMap((each) => each[api] ?? []))]);
    expect([orders?.length, users?.length]).toEqual([1, 1]);
    expect(orders).not.toEqual(users);
    const asked = server.ledger.tokenRequests.map(({ parameters }) => parameters['scope'] ?? '');
    expect(asked.sort()).toEqual(scopes);
    const issued = server.ledger.tokenRequests.map(({ parameters, issued }) => [
      parameters['scope'],
      issued?.accessToken,
    ]);
    expect(Object.fromEntries(issued)).toEqual({ [scopes[0] ?? '']: orders?.[0], [scopes[1] ?? '']: users?.[0] });
    const records = (await redis.send('KEYS', `*${prefix}::*grant=client_credentials*`)) as string[];
    const lives = await Promise.all(records.map((record) => redis.send('PTTL', record)));
    expect(lives.filter((life) => Number(life) > 86_400_000 && Number(life) < 200_000_000)).toHaveLength(2);
  });
});
