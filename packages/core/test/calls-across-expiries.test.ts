import { expect, test } from '@jest/globals';
import { ClientCredentialsFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { describeFull } from './chromium/selection.js';

const [expiries, life] = [20, 6]; // seconds

/** Real time, since a clock that is moved gives a renewal no time to be late. */
describeFull('a thousand calls a second', () => {
  test(
    `across ${expiries} expiries wait for no renewal, once there is a token`,
    async () => {
      await using server = await FakeAuthorizationServer.start({ expiresIn: life });
      const { issuer } = server;
      const flow = new ClientCredentialsFlow({ issuer, clientId: 'app', clientSecret: 'machine-secret' });
      const seen = new Set([await flow.getAccessTokenRefreshIfNecessary()]);
      let [calls, answered, waited, longest] = [0, 0, 0, 0];
      const began = performance.now();
      while (seen.size <= expiries) {
        for (; calls < performance.now() - began; calls++) {
          const asked = performance.now();
          const answer = flow.getAccessTokenRefreshIfNecessary().then((token) => {
            answered++;
            seen.add(token);
            longest = Math.max(longest, performance.now() - asked);
          });
          // However often, this leaves no room for I/O.
          for (let turn = 0; turn < 50; turn++) await Promise.resolve();
          if (answered <= calls) waited++;
          await answer;
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const told = `${calls} calls, ${seen.size} tokens, the longest call ${longest.toFixed(3)} ms`;
      process.stdout.write(`a thousand calls a second: ${told}\n`);
      expect({ waited, requests: server.ledger.tokenRequests.length }).toEqual({ waited: 0, requests: seen.size });
    },
    expiries * life * 2000,
  );
});
