import { describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, MemoryTokenStorage } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

describe('The events of a sibling for an account', () => {
  test('reach its own listeners and those of each flow that it was made of, with the account', async () => {
    await using server = await FakeAuthorizationServer.start();
    const root = new ClientCredentialsFlow({
      server: { tokenEndpoint: server.tokenEndpoint },
      clientId: 'service',
      clientSecret: 'secret',
      storage: new MemoryTokenStorage(),
    });
    const told: unknown[] = [];
    const ada = root.withAccount('ada');
    const bob = ada.withAccount('bob');
    for (const [name, flow] of Object.entries({ root, ada, bob })) {
      flow.events.on('authorized', ({ account, key }) => told.push([name, account, key]));
    }
    await bob.getAccessTokenRefreshIfNecessary();
    expect(told).toEqual(['bob', 'ada', 'root'].map((name) => [name, 'bob', bob.key]));
    told.length = 0;
    await root.getAccessTokenRefreshIfNecessary();
    expect(told).toEqual([['root', undefined, root.key]]);
  });
});
