import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { FakeAuthorizationServer } from '../fake-authorization-server.js';
import { faults } from '../faults.js';
import { failureOf, type FlowCase, type FlowScene } from './flow-scene.js';

/** Tokens are told to those who need them. */
export const secretCases: readonly FlowCase[] = [
  {
    title: 'tells no token in an error, nor when it is printed',
    body: async (scene) => {
      const flow = await scene.loggedIn();
      await scene.expire();
      for (const fault of [faults.html(503), faults.reset({ processed: true }), faults.echoSecrets()]) {
        scene.server.nextAnswers({ endpoint: 'token', times: Infinity }, fault);
        assertTellsNothing(scene, await failureOf(flow.getAccessTokenRefreshIfNecessary()));
        assertTellsNothing(scene, flow);
        scene.server.clearFaults();
        await scene.clock.advance(120_000);
      }
    },
  },
  {
    title: 'sends no token to an origin that is not allowed',
    body: async (scene) => {
      const flow = await scene.loggedIn();
      const other = await FakeAuthorizationServer.start({ clock: scene.clock });
      try {
        await flow.fetch(other.api);
        const [request] = other.ledger.entries;
        assertTellsNothing(scene, request);
      } finally {
        await other.stop();
      }
    },
  },
];

/** The lines of a stack, which name files and functions: a client's secret may be a word in one. */
const stackLines = /^[ ']+at .*:\d+:\d+\b.*$/gm;

function assertTellsNothing({ server }: FlowScene, value: unknown): void {
  const printed = inspect(value, { depth: 10, showHidden: true }).replace(stackLines, '');
  const text = `${String(value)} ${printed} ${JSON.stringify(value)}`;
  const told = server.secrets.filter((secret) => text.includes(secret));
  assert.deepEqual(told, [], 'a secret was told');
}
