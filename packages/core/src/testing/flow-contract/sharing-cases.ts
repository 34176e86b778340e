import assert from 'node:assert/strict';
import type { AuthFlow } from '../../flow/auth-flow.js';
import { LoginRequiredError } from '../../errors/index.js';
import { faults } from '../faults.js';
import type { AuthFlowFixture } from './auth-flow-fixture.js';
import { failureOf, type FlowCase, theOne } from './flow-scene.js';

/** Real ms in which a second process, if nothing holds it back, sends its request too. */
const longEnough = 150;

/** Processes share a login: its tokens, their renewal and its end. */
export function sharingCases<F extends AuthFlow>({
  needsPerson = true,
  logsOut = true,
}: AuthFlowFixture<F>): FlowCase[] {
  return [
    {
      title: 'adopts what another process renewed',
      body: async (scene) => {
        const flows = await scene.processes(2);
        await scene.expire();
        const tokens: string[] = [];
        for (const flow of flows) tokens.push(await flow.getAccessTokenRefreshIfNecessary());
        theOne(tokens);
        assert.equal(scene.requests, 1);
      },
    },
    {
      title: 'renews once for several processes at the same moment',
      body: async (scene) => {
        const flows = await scene.processes(3);
        for (const flow of flows) await flow.refresh(); // so that none has anything left to prepare
        scene.server.ledger.clear();
        await scene.expire();
        const gate = scene.server.hold({ endpoint: 'token' });
        const calls = [...flows, ...flows].map((flow) => flow.getAccessTokenRefreshIfNecessary());
        const answers = Promise.all(calls);
        await Promise.race([gate.arrived, answers]);
        await new Promise((resolve) => setTimeout(resolve, longEnough));
        gate.release();
        theOne(await answers);
        assert.equal(scene.requests, 1);
        scene.server.ledger.assertNoReuse();
      },
    },
    {
      title: 'shows other processes all that the server said with the tokens',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const { latchkey: _, ...record } = flow.tokens.toJSON();
        const { latchkey: __, ...stored } = (await scene.flow().reload())?.toJSON() ?? {};
        assert.deepEqual(Object.keys(stored).sort(), Object.keys(record).sort());
      },
    },
    keepsLongTokens,
    ...(needsPerson ? [usesALoginElsewhere] : []),
    ...(logsOut ? [logsOutForGood, needsPerson ? staysLoggedOut : asksAnewAfterLogout] : []),
  ];
}

const keepsLongTokens: FlowCase = {
  title: 'shows other processes tokens of four thousand characters, as servers give them',
  body: async (scene) => {
    const flow = await scene.loggedIn();
    const long = (token: unknown): unknown => (typeof token === 'string' ? token.padEnd(4000, 'x') : token);
    const lengthen = faults.changeFields(({ access_token, refresh_token, ...rest }) => ({
      ...rest,
      access_token: long(access_token),
      refresh_token: long(refresh_token),
    }));
    scene.server.nextAnswers({ endpoint: 'token', times: Infinity }, lengthen);
    await scene.expire();
    const token = await flow.getAccessTokenRefreshIfNecessary();
    const stored = await scene.flow().reload();
    const isWhole = stored?.accessToken === token && stored.refreshToken === flow.tokens.refreshToken;
    assert.ok(isWhole, 'a long token did not come back as it was. Is there room for it where it is kept?');
  },
};

const usesALoginElsewhere: FlowCase = {
  title: 'uses a login that another process made',
  body: async (scene) => {
    const [flow, other] = [scene.flow(), scene.flow()];
    await failureOf(flow.getAccessTokenRefreshIfNecessary());
    await scene.logIn(other);
    assert.equal(await flow.getAccessTokenRefreshIfNecessary(), await other.getAccessTokenRefreshIfNecessary());
  },
};

const logsOutForGood: FlowCase = {
  title: 'revokes what it has at a logout, and gives it to nobody any more',
  body: async (scene) => {
    const flow = await scene.loggedIn();
    const token = await flow.getAccessTokenRefreshIfNecessary();
    await flow.logout();
    assert.notEqual(scene.server.ledger.count({ endpoint: 'revoke' }), 0, 'nothing was revoked');
    for (const each of [flow, scene.flow()]) {
      const given = await each.getAccessTokenRefreshIfNecessary().catch(() => undefined);
      assert.notEqual(given, token, 'the token is given after the logout');
    }
  },
};

const staysLoggedOut: FlowCase = {
  title: 'respects a logout in another process: presents nothing, and says that a login is needed',
  body: async (scene) => {
    const [flow, other] = await scene.processes(2);
    await other?.logout();
    await scene.expire();
    const error = await failureOf(flow?.getAccessTokenRefreshIfNecessary() ?? Promise.resolve());
    assert.ok(error instanceof LoginRequiredError, `a LoginRequiredError was expected, not ${String(error)}`);
    assert.equal(scene.requests, 0);
  },
};

const asksAnewAfterLogout: FlowCase = {
  title: 'respects a logout in another process: presents nothing from before, and asks anew',
  body: async (scene) => {
    const [flow, other] = await scene.processes(2);
    await other?.logout();
    await scene.expire();
    await flow?.getAccessTokenRefreshIfNecessary();
    scene.server.ledger.assertTokenRequests(0, { grantType: 'refresh_token' });
    assert.equal(scene.requests, 1);
  },
};
