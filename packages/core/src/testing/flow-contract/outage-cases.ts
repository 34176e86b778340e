import assert from 'node:assert/strict';
import type { AuthFlow } from '../../flow/auth-flow.js';
import { AuthFlowError, LoginRequiredError } from '../../errors/index.js';
import { faults } from '../faults.js';
import type { AuthFlowFixture } from './auth-flow-fixture.js';
import { failureOf, type FlowCase, type FlowScene } from './flow-scene.js';

const outages = [faults.html(503), faults.empty(500), faults.retryAfter(5), faults.reset()];

/** An outage passes: it is an error, it costs no login, and nothing is lost by it. */
export function outageCases<F extends AuthFlow>({ refreshes = true }: AuthFlowFixture<F>): FlowCase[] {
  return [
    ...outages.map((fault): FlowCase => ({
      title: `takes an outage for an error, and never for a login (${fault.name})`,
      body: async (scene) => {
        const flow = await scene.loggedIn();
        await scene.expire();
        scene.server.nextAnswers({ endpoint: 'token', times: Infinity }, fault);
        assertTransient(await failureOf(flow.getAccessTokenRefreshIfNecessary({ interactive: true })));
        assertNoLogin(scene, refreshes);
      },
    })),
    {
      title: 'takes an outage of its place for an error, and never for a login',
      body: async (scene) => {
        await scene.loggedIn();
        if (!(await scene.breakPlace())) return;
        assertTransient(await failureOf(scene.flow().getAccessTokenRefreshIfNecessary({ interactive: true })));
        assert.equal(scene.server.ledger.count(), 0, 'something was asked for, though the place cannot be read');
      },
    },
    {
      title: 'gives a token that is still valid during an outage',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const token = await flow.getAccessTokenRefreshIfNecessary();
        await scene.untilLeft(flow, 30);
        scene.server.nextAnswers({ times: Infinity }, faults.html(503));
        for (const each of [flow, scene.flow()]) assert.equal(await each.getAccessTokenRefreshIfNecessary(), token);
        assertNoLogin(scene, refreshes);
      },
    },
    {
      title: 'deletes nothing when a renewal fails, and goes on when it works again',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const { accessToken, refreshToken } = flow.tokens;
        await scene.expire();
        scene.server.nextAnswers({ endpoint: 'token', times: Infinity }, faults.html(503));
        await failureOf(flow.getAccessTokenRefreshIfNecessary());
        await scene.endOutage();
        const other = scene.flow();
        const stored = await other.reload();
        assert.deepEqual([stored?.accessToken, stored?.refreshToken], [accessToken, refreshToken]);
        assert.equal(await other.getAccessTokenRefreshIfNecessary(), await flow.getAccessTokenRefreshIfNecessary());
        assertNoLogin(scene, refreshes);
      },
    },
    {
      title: 'asks again after an answer that was lost',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        scene.server.configure({ rotation: { grace: 3600 } });
        await scene.expire();
        scene.server.nextAnswers({ endpoint: 'token', times: Infinity }, faults.reset({ processed: true }));
        assertTransient(await failureOf(flow.getAccessTokenRefreshIfNecessary({ interactive: true })));
        await scene.endOutage();
        const token = await flow.getAccessTokenRefreshIfNecessary();
        assert.equal((await scene.flow().reload())?.accessToken, token);
        assertNoLogin(scene, refreshes);
      },
    },
  ];
}

function assertTransient(error: unknown): void {
  assert.ok(error instanceof AuthFlowError, `an AuthFlowError was expected, not ${String(error)}`);
  assert.ok(!(error instanceof LoginRequiredError), `${error.name}: an outage is no reason to log in`);
  assert.ok(error.retryable, `${error.name} does not say that it may work later`);
}

/** A renewal of flows that ask anew is a grant; those that hold a refresh token make none. */
function assertNoLogin({ server }: FlowScene, refreshes: boolean): void {
  for (const endpoint of ['device_authorization', 'authorize'] as const) {
    assert.equal(server.ledger.count({ endpoint }), 0, `a login was begun (${endpoint})`);
  }
  const grants = server.ledger.tokenRequests.filter(({ grantType }) => grantType !== 'refresh_token');
  if (refreshes) assert.equal(grants.length, 0, 'a new grant was asked for');
}
