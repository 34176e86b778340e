import assert from 'node:assert/strict';
import type { AuthFlow } from '../../flow/auth-flow.js';
import { LoginRequiredError } from '../../errors/index.js';
import type { AuthFlowFixture } from './auth-flow-fixture.js';
import { failureOf, type FlowCase, theOne } from './flow-scene.js';

/** Real ms in which a caller that is aborted has to have left. */
const soon = 1000;

/** What callers are given, and what it costs. */
export function answerCases<F extends AuthFlow>(fixture: AuthFlowFixture<F>): FlowCase[] {
  return [
    fixture.needsPerson === false ? asksByItself : saysThatALoginIsNeeded,
    {
      title: 'answers from storage without a request',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const token = await flow.getAccessTokenRefreshIfNecessary();
        const other = scene.flow();
        for (const _ of [1, 2]) assert.equal(await other.getAccessTokenRefreshIfNecessary(), token);
        assert.equal(scene.server.ledger.count(), 0, 'something was requested although the stored token is fresh');
      },
    },
    {
      title: 'gives what is stored, as it is, where nothing is to be renewed',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const token = await flow.getAccessTokenRefreshIfNecessary();
        await scene.expire();
        for (const each of [flow, scene.flow()])
          assert.equal(await each.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true }), token);
        assert.equal(scene.requests, 0);
      },
    },
    {
      title: 'renews at the threshold, and not before',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        const first = await flow.getAccessTokenRefreshIfNecessary();
        await scene.untilLeft(flow, 1800);
        assert.equal(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 1800 }), first);
        assert.equal(scene.requests, 0, 'a token with no less than the threshold left was renewed');
        await scene.untilLeft(flow, 1799);
        assert.notEqual(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 1800 }), first);
        assert.equal(scene.requests, 1);
      },
    },
    {
      title: 'sends one request for many callers, and gives them a token that works',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        await scene.expire();
        const calls = Array.from({ length: 50 }, () => flow.getAccessTokenRefreshIfNecessary());
        const authorization = `Bearer ${theOne(await Promise.all(calls))}`;
        assert.equal(scene.requests, 1);
        assert.equal((await fetch(scene.server.api, { headers: { authorization } })).status, 200);
      },
    },
    {
      title: 'lets a caller that is aborted leave alone',
      body: async (scene) => {
        const flow = await scene.loggedIn();
        await scene.expire();
        const gate = scene.server.hold({ endpoint: 'token' });
        const leaving = new AbortController();
        const left = failureOf(flow.getAccessTokenRefreshIfNecessary({ signal: leaving.signal }));
        const stayed = flow.getAccessTokenRefreshIfNecessary();
        stayed.catch(() => undefined); // told below, unless something else is told before
        await Promise.race([gate.arrived, stayed]);
        const reason = new Error('no longer needed');
        leaving.abort(reason);
        const reasonGiven = await Promise.race([left, pause(soon)]);
        gate.release();
        assert.equal(reasonGiven, reason, 'the caller did not leave at once, with the reason of its signal');
        assert.equal(await stayed, flow.tokens.accessToken);
        assert.equal(scene.requests, 1);
      },
    },
  ];
}

const saysThatALoginIsNeeded: FlowCase = {
  title: 'says that a login is needed where nothing is stored, and sends nothing',
  body: async (scene) => {
    const error = await failureOf(scene.flow().getAccessTokenRefreshIfNecessary());
    assert.ok(error instanceof LoginRequiredError, `a LoginRequiredError was expected, not ${String(error)}`);
    assert.equal(scene.server.ledger.count(), 0);
  },
};

const asksByItself: FlowCase = {
  title: 'asks for the first token by itself, once for many callers',
  body: async (scene) => {
    const flow = scene.flow();
    theOne(await Promise.all([1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary())));
    assert.equal(scene.requests, 1);
  },
};

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
