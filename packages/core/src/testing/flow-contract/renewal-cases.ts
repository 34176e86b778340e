import assert from 'node:assert/strict';
import type { AuthFlow } from '../../flow/auth-flow.js';
import { LoginRequiredError } from '../../errors/index.js';
import type { AuthFlowFixture } from './auth-flow-fixture.js';
import { failureOf, type FlowCase, theOne } from './flow-scene.js';

/** Each renewal is done once, whoever needs it. */
export function renewalCases<F extends AuthFlow>(fixture: AuthFlowFixture<F>): FlowCase[] {
  const cases: FlowCase[] = [
    {
      title: 'renews a rejected token once, for all who were refused, in two processes',
      body: async (scene) => {
        const flows = await scene.processes(2);
        const rejectedToken = await flows[0]?.getAccessTokenRefreshIfNecessary();
        const tokens: string[] = [];
        for (const flow of flows) {
          const calls = [1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary({ rejectedToken }));
          tokens.push(...(await Promise.all(calls)));
        }
        assert.notEqual(theOne(tokens), rejectedToken);
        assert.equal(scene.requests, 1);
      },
    },
    {
      title: 'gives the present token to one whose rejected token was replaced before',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
        const { accessToken } = await flow.refresh();
        assert.equal(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken }), accessToken);
        assert.equal(scene.requests, 1);
      },
    },
    {
      title: 'shows a renewal to other processes before it gives the token away',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        await scene.expire();
        const token = await flow.getAccessTokenRefreshIfNecessary();
        assert.equal((await scene.flow().reload())?.accessToken, token);
      },
    },
  ];
  if (fixture.refreshes === false) return cases;
  return [...cases, presentsEachOnce, ...(fixture.needsPerson === false ? [] : [presentsADeadOneOnce])];
}

const presentsEachOnce: FlowCase = {
  title: 'presents each refresh token once, the one that came last, whichever process renews',
  body: async (scene) => {
    const flows = await scene.processes(2);
    for (const flow of [...flows, scene.flow()]) {
      await scene.expire();
      await flow.getAccessTokenRefreshIfNecessary();
    }
    scene.server.ledger.assertTokenRequests(3, { grantType: 'refresh_token' });
    scene.server.ledger.assertTokenRequests(3);
    scene.server.ledger.assertEachPresentedOnce();
  },
};

const presentsADeadOneOnce: FlowCase = {
  title: 'says that a login is needed when the server has ended it, and presents the refresh token once',
  body: async (scene) => {
    const flow = await scene.loggedIn();
    scene.server.revokeRefreshToken(flow.tokens.refreshToken ?? '');
    await scene.expire();
    for (const _ of [1, 2]) {
      const error = await failureOf(flow.getAccessTokenRefreshIfNecessary());
      assert.ok(error instanceof LoginRequiredError, `a LoginRequiredError was expected, not ${String(error)}`);
    }
    assert.equal(scene.requests, 1);
  },
};
