import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, type ClientCredentialsFlowOptions } from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;
let attempts: number;

beforeEach(async () => {
  scene = await GrantScene.start();
  attempts = 0;
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Accounts of one flow, none with a token. */
function accounts(count: number, options: Partial<ClientCredentialsFlowOptions> = {}) {
  const { issuer, tokenEndpoint } = scene.server;
  const server = { issuer, tokenEndpoint };
  const flow = new ClientCredentialsFlow({
    server,
    clientId: 'app',
    clientSecret: 's',
    clock: scene.clock,
    ...options,
  });
  return Array.from({ length: count }, (_, index) => flow.withAccount(`account ${index}`));
}

/** Lets all call at once, and returns how many were served. */
async function callAll(flows: readonly ClientCredentialsFlow[]): Promise<number> {
  const results = await Promise.allSettled(flows.map((flow) => flow.getAccessTokenRefreshIfNecessary()));
  return results.filter(({ status }) => status === 'fulfilled').length;
}

/** Counts the requests, of which each comes to a fault, or is not even connected. */
function failing(fault: Fault | 'refused'): { end: () => void; fetch: typeof fetch } {
  let isDown = true;
  if (fault !== 'refused') scene.server.nextAnswers({ endpoint: 'token', times: Infinity }, fault);
  const counted: typeof fetch = async (input, init) => {
    attempts++;
    if (fault !== 'refused' || !isDown) return fetch(input, init);
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    throw new TypeError('fetch failed', { cause: refused });
  };
  const end = (): void => {
    isDown = false;
    scene.server.clearFaults();
  };
  return { end, fetch: counted };
}

describe('400 accounts at a server that is down', () => {
  test.each<[string, Fault | 'refused']>([
    ['that answers 503', faults.html(503)],
    ['that answers 503 and says when to come again', faults.retryAfter(30)],
    ['that takes no connection', 'refused'],
  ])(
    '%s send at most 40 requests in a minute, and are all served when it is back',
    async (_what, fault) => {
      const { end, fetch } = failing(fault);
      const flows = accounts(400, { fetch });
      for (const pause of [1, 1, 1, 1, 2, 2, 2, 5, 5, 10, 10, 20]) {
        expect(await callAll(flows)).toBe(0);
        await scene.clock.advance(pause * 1000);
      }
      expect(attempts).toBeLessThanOrEqual(40);
      end();
      await scene.clock.advance(60_000);
      for (let round = 0; (await callAll(flows)) < 400; round++) {
        expect(round).toBeLessThan(3);
        await scene.clock.advance(1000);
      }
    },
    120_000,
  );
});

describe('the pause after failures', () => {
  test.each([1, 10, 40])('is no longer than an outage of %d s has lasted, and a second', async (lasted) => {
    const { end, fetch } = failing(faults.html(503));
    const [flow] = accounts(1, { fetch });
    const began = scene.clock.now();
    while (scene.clock.now() < began + lasted * 1000) {
      await callAll([flow!]);
      await scene.clock.advance(100);
    }
    end();
    const ended = scene.clock.now();
    while ((await callAll([flow!])) === 0) await scene.clock.advance(100);
    expect(scene.clock.now() - ended).toBeLessThanOrEqual(lasted * 1000 + 1000);
  });

  test('is as long as the server asks, though the outage was shorter', async () => {
    const { end, fetch } = failing(faults.retryAfter(30));
    const [flow] = accounts(1, { fetch });
    await callAll([flow!]);
    await callAll([flow!]);
    end();
    await scene.clock.advance(29_900);
    expect(await callAll([flow!])).toBe(0);
    expect(attempts).toBe(2);
    await scene.clock.advance(100);
    expect(await callAll([flow!])).toBe(1);
  });
});
