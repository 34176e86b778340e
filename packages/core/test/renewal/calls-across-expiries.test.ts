import { expect, test } from '@jest/globals';
import { ClientCredentialsFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { describeFull } from '../chromium/selection.js';

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
        const due = Math.min(performance.now() - began - calls, 20); // where it is late, I/O gets its turn too
        for (let call = 0; call < due; call++) {
          const asked = performance.now();
          const answer = flow.getAccessTokenRefreshIfNecessary().then((token) => {
            answered++;
            seen.add(token);
            longest = Math.max(longest, performance.now() - asked);
          });
          calls++;
          for (let turn = 0; turn < 5; turn++) await Promise.resolve(); // this leaves no room for I/O
          if (answered < calls) waited++;
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
