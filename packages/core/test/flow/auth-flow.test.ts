import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  InvalidRefreshTokenError,
  LoginRequiredError,
  NoIdTokenError,
  NoTokensError,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

function thrownBy(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an auth flow', () => {
  test('says that a login is needed when nothing is stored, and sends nothing', async () => {
    const failure = scene.flow().getAccessTokenRefreshIfNecessary();
    await expect(failure).rejects.toBeInstanceOf(NoTokensError);
    await expect(failure).rejects.toBeInstanceOf(LoginRequiredError);
    expect(scene.server.ledger.count()).toBe(0);
  });

  test('answers from storage without a request, and reads it once', async () => {
    await scene.loggedIn();
    let reads = 0;
    const counting = scene.flow();
    const load = counting['loadTokens'].bind(counting);
    counting['loadTokens'] = (): ReturnType<typeof load> => {
      reads++;
      return load();
    };
    const first = await counting.getAccessTokenRefreshIfNecessary();
    expect(await counting.getAccessTokenRefreshIfNecessary()).toBe(first);
    expect([reads, scene.server.ledger.count()]).toEqual([1, 0]);
  });

  test('has nothing in memory at first, and says how to read what is stored', async () => {
    const { accessToken } = await scene.loggedIn();
    const later = scene.flow();
    const failure = thrownBy(() => later.accessToken);
    expect(failure).toBeInstanceOf(NoTokensError);
    expect(failure).toMatchObject({ remedy: expect.stringContaining('reload()') });
    await later.reload();
    expect(later.accessToken).toBe(accessToken);
  });

  test('gives the very same settled answer while the token is fresh', async () => {
    const flow = await scene.loggedIn();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(flow.getAccessTokenRefreshIfNecessary()).toBe(flow.getAccessTokenRefreshIfNecessary());
  });

  test('sends one request for a thousand callers of an expired token', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(1);
    expect(scene.renewals).toBe(1);
  });

  test('adopts what another process renewed while it waited for the lock', async () => {
    await scene.loggedIn();
    const processes = [scene.flow(), scene.flow(), scene.flow()];
    await Promise.all(processes.map((flow) => flow.getAccessTokenRefreshIfNecessary()));
    await scene.expire();
    const tokens = await Promise.all(processes.map((flow) => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(1);
    expect(scene.renewals).toBe(1);
    scene.server.ledger.assertNoReuse();
  });

  test('renews once for several processes although their tokens live shorter than the threshold', async () => {
    const { ttl } = await scene.loggedIn();
    await scene.clock.advance(ttl * 500);
    const processes = [scene.flow(), scene.flow(), scene.flow()];
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const answers = processes.map((flow) => flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 7200 }));
    await gate.arrived;
    await scene.clock.advance(5);
    gate.release();
    expect(new Set(await Promise.all(answers)).size).toBe(1);
    expect(scene.renewals).toBe(1);
  });

  test('renews a rejected token once for all who were refused, in one process and in two', async () => {
    const flow = await scene.loggedIn();
    const other = scene.flow();
    const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
    await other.getAccessTokenRefreshIfNecessary();
    const callers = [flow, flow, other, other];
    const tokens = await Promise.all(callers.map((each) => each.getAccessTokenRefreshIfNecessary({ rejectedToken })));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(rejectedToken);
    expect(scene.renewals).toBe(1);
  });

  test('gives the present token to a straggler whose rejected token was renewed long ago', async () => {
    const flow = await scene.loggedIn();
    const old = await flow.getAccessTokenRefreshIfNecessary();
    const { accessToken } = await flow.refresh();
    expect(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: old })).toBe(accessToken);
    expect(scene.renewals).toBe(1);
  });

  test('starts one further run for a caller whom the joined one does not satisfy', async () => {
    const flow = await scene.loggedIn();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    await scene.expire();
    const first = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    const coming = scene.server.ledger.tokenRequests[0]?.issued?.accessToken ?? '';
    await scene.clock.advance(1);
    const second = flow.getAccessTokenRefreshIfNecessary({ rejectedToken: coming });
    gate.release();
    expect(await first).toBe(coming);
    expect(await second).not.toBe(coming);
    expect(scene.renewals).toBe(2);
  });

  test('lets an aborted caller leave alone', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const leaving = new AbortController();
    const left = flow.getAccessTokenRefreshIfNecessary({ signal: leaving.signal });
    const stayed = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    leaving.abort(new Error('no longer needed'));
    await expect(left).rejects.toThrow('no longer needed');
    gate.release();
    expect(await stayed).toBe(flow.accessToken);
    expect(scene.renewals).toBe(1);
  });

  test('refuses malformed call options before anything happens', async () => {
    const flow = scene.flow();
    const refused = [{ autoRefreshThreshold: -1 }, { autoRefreshThreshold: NaN }, { rejectedToken: 5 as never }];
    for (const options of refused) {
      await expect(flow.getAccessTokenRefreshIfNecessary(options)).rejects.toBeInstanceOf(TypeError);
    }
  });

  test('logs in when a caller allows it, once for all such callers', async () => {
    const flow = scene.flow();
    const callers = [1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary({ interactive: true }));
    expect(new Set(await Promise.all(callers)).size).toBe(1);
    expect(scene.server.ledger.count({ endpoint: 'device_authorization' })).toBe(1);
  });

  test.each(['interaction_required', 'login_required', 'consent_required'])(
    'keeps the refresh token when the server answers %s, and presents it again until somebody logs in',
    async (word) => {
      const flow = await scene.loggedIn();
      const { refreshToken } = flow;
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token', times: 3 }, faults.oauthError(word));
      for (const each of [flow, scene.flow()]) {
        const error = await each.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(LoginRequiredError);
        expect(error).not.toBeInstanceOf(InvalidRefreshTokenError);
        expect(error).toMatchObject({ code: 'INTERACTION_REQUIRED', message: expect.stringContaining(word) });
        expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
      }
      await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
      expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(3);
      expect(scene.server.ledger.count({ endpoint: 'device_authorization' })).toBe(1);
    },
  );

  test('renews again once the server no longer asks for the person', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('interaction_required'));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LoginRequiredError);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(scene.renewals).toBe(2);
  });

  test('never logs in because of an outage, even when a caller would allow it', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    for (const fault of [faults.html(503), faults.empty(500), faults.html(429)]) {
      scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
      const failure = flow.getAccessTokenRefreshIfNecessary({ interactive: true });
      await expect(failure).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    }
    expect(scene.server.ledger.count({ endpoint: 'device_authorization' })).toBe(0);
    expect((await scene.stored(flow))?.refreshToken).toBe(flow.refreshToken);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
  });

  test('shows its tokens by EarthScope’s names, with a ttl that is computed at each read', async () => {
    const flow = await scene.loggedIn();
    const ttl = flow.ttl;
    await scene.clock.advance(10_000);
    expect(flow.ttl).toBe(ttl - 10);
    expect(flow.expiresAt).toBeInstanceOf(Date);
    expect(flow.hasRefreshToken).toBe(true);
    expect(scene.flow().hasRefreshToken).toBe(false);
    expect(() => scene.flow().accessToken).toThrow(NoTokensError);
    scene.server.configure({ idTokens: undefined });
    const plain = scene.flow({ scope: 'profile', key: 'another' });
    await plain.doFlow();
    expect(() => plain.idToken).toThrow(NoIdTokenError);
  });

  test('renews ahead when asked to, and gives the present token meanwhile', async () => {
    const flow = await scene.loggedIn({ renewAhead: true });
    const first = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    const renewed = new Promise((resolve) => flow.events.on('renewed', resolve));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    await renewed;
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(first);
    expect(scene.renewals).toBe(1);
  });

  test('pauses after a renewal ahead that failed', async () => {
    const flow = await scene.loggedIn({ renewAhead: true });
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    scene.server.nextAnswers({ times: Infinity }, faults.html(503));
    const failed = new Promise((resolve) => flow.events.on('renewalFailed', resolve));
    await flow.getAccessTokenRefreshIfNecessary();
    await failed;
    await flow.getAccessTokenRefreshIfNecessary();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.renewals).toBe(1);
  });

  test('uses a token of unknown lifetime until an API refuses it', async () => {
    scene.server.configure({ expiresIn: undefined });
    const flow = await scene.loggedIn();
    const first = await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    expect(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: first })).not.toBe(first);
  });

  test('goes on using a token when the wall clock is set back', async () => {
    const flow = await scene.loggedIn();
    const first = await flow.getAccessTokenRefreshIfNecessary();
    scene.clock.set(scene.clock.now() - 86_400_000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    expect(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: first })).not.toBe(first);
    const before = (await scene.stored(flow))?.generation ?? 0;
    await flow.refresh();
    expect((await scene.stored(flow))?.generation).toBeGreaterThan(before);
  });
});
