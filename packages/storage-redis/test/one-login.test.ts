import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow, KeyvTokenStorage, type TokenStorage } from '@latchkey/core';
import { asOtherProcess, FakeAuthorizationServer } from '@latchkey/core/testing';
import { redisLock, RedisTokenStorage } from '@latchkey/storage-redis';
import Keyv from 'keyv';
import { RedisServer } from './redis-server.js';

let redis: RedisServer;
let server: FakeAuthorizationServer;

beforeAll(async () => {
  redis = await RedisServer.start();
  server = await FakeAuthorizationServer.start({ deviceInterval: 1 });
});
afterAll(async () => {
  await server.stop();
  await redis.kill();
});

describe.each(['RedisTokenStorage', 'Keyv with redisLock'])(
  'Four processes over %s that need a login at once',
  (name) => {
    test('ask the person once', async () => {
      await using storage = new RedisTokenStorage({ url: redis.url, prefix: 'one-login' });
      await using lock = redisLock({ url: redis.url, prefix: 'one-login-lock' });
      const shared: TokenStorage = name === 'RedisTokenStorage' ? storage : new KeyvTokenStorage(new Keyv(), { lock });
      const prompts: string[] = [];
      const flows = [1, 2, 3, 4].map(
        () =>
          new DeviceCodeFlow({
            issuer: server.issuer,
            clientId: 'cli',
            storage: asOtherProcess(shared),
            promptUser: ({ userCode }) => {
              prompts.push(userCode);
              server.approve(userCode);
            },
          }),
      );
      const ask = (flow: DeviceCodeFlow): Promise<string> =>
        flow.getAccessTokenRefreshIfNecessary({ interactive: true });
      expect(new Set(await Promise.all(flows.map(ask))).size).toBe(1);
      expect(prompts).toHaveLength(1);
    });
  },
);
