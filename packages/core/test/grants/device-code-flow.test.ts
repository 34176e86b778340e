import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  DeviceCodeDeniedError,
  DeviceCodeError,
  DeviceCodeExpiredError,
  DeviceCodeFlow,
  DeviceCodePollingError,
  type DeviceCodePrompt,
  DeviceCodeRequestError,
  NoTokensError,
  MemoryTokenStorage,
  StorageUnavailableError,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { faults, TestClock } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Seconds between the polls, the first counted from the prompt. */
function gaps(prompted: number): number[] {
  const times = [prompted, ...scene.server.ledger.filter({ grantType }).map(({ at }) => at)];
  return times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1000);
}

/** Logs in; the person approves before the poll of this number. */
async function logIn(polls: number, flow = scene.flow({ promptUser: () => undefined })): Promise<number> {
  const prompted = scene.clock.now();
  scene.server.nextAnswers({ grantType, times: Infinity }, () => {
    if (scene.server.ledger.count({ grantType }) >= polls) scene.server.approve();
    return undefined;
  });
  await flow.doFlow();
  return prompted;
}

describe('a device code flow', () => {
  test('polls every 5 s when the server names no interval', async () => {
    scene.server.nextAnswers(
      { endpoint: 'device_authorization' },
      faults.changeFields(({ interval: _interval, verification_uri_complete: _complete, ...rest }) => rest),
    );
    let prompt: DeviceCodePrompt | undefined;
    const prompted = await logIn(3, scene.flow({ promptUser: (shown) => void (prompt = shown) }));
    expect(gaps(prompted)).toEqual([5, 5, 5]);
    expect(prompt).toMatchObject({
      verificationUri: `${scene.server.issuer}/device`,
      verificationUriComplete: undefined,
    });
  });

  test('A9: polls 5 s slower after each slow_down, for good', async () => {
    scene.server.nextAnswers({ grantType }, faults.slowDown());
    scene.server.nextAnswers({ grantType }, faults.oauthError('slow_down', { status: 429 }));
    expect(gaps(await logIn(4))).toEqual([5, 10, 15, 15]);
  });

  test('A9: goes on after resets, outages and lost answers, more slowly while they last', async () => {
    for (const fault of [faults.reset(), faults.html(502), faults.empty(200)])
      scene.server.nextAnswers({ grantType }, fault);
    expect(gaps(await logIn(5))).toEqual([5, 10, 20, 40, 5]);
  });

  test('polls no sooner for the option retry', async () => {
    scene.server.nextAnswers({ grantType, times: 2 }, faults.html(503));
    expect(gaps(await logIn(3, scene.flow({ promptUser: () => undefined, retry: {} })))).toEqual([5, 10, 20]);
  });

  test.each([429, 503])('waits as long as the server asks with status %d', async (status) => {
    scene.server.nextAnswers({ grantType }, faults.retryAfter(90, { status }));
    expect(gaps(await logIn(2))).toEqual([5, 90]);
  });

  test('A9: ends by itself when the code does', async () => {
    const flow = scene.flow({ promptUser: () => undefined });
    const began = scene.clock.now();
    await expect(flow.doFlow()).rejects.toBeInstanceOf(DeviceCodeExpiredError);
    expect((scene.clock.now() - began) / 1000).toBe(600);
  });

  test.each([
    ['declined', 'access_denied', DeviceCodeDeniedError, 'DEVICE_CODE_DENIED'],
    ['declined, in Microsoft’s words', 'authorization_declined', DeviceCodeDeniedError, 'DEVICE_CODE_DENIED'],
    ['declined, in capitals', 'ACCESS_DENIED', DeviceCodeDeniedError, 'DEVICE_CODE_DENIED'],
    ['expired, in GitHub’s words', 'token_expired', DeviceCodeExpiredError, 'DEVICE_CODE_EXPIRED'],
    ['expired at the server', 'expired_token', DeviceCodeExpiredError, 'DEVICE_CODE_EXPIRED'],
    ['ended for another reason', 'invalid_grant', DeviceCodePollingError, 'DEVICE_CODE_POLLING'],
    ['not allowed', 'unauthorized_client', undefined, 'CLIENT_REJECTED'],
  ])('A9: says that the login was %s', async (_name, error, type, code) => {
    scene.server.nextAnswers({ grantType }, faults.oauthError(error));
    const failure = await scene
      .flow()
      .doFlow()
      .catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ code, status: 400, error, retryable: false, remedy: expect.any(String) });
    if (type) expect(failure).toBeInstanceOf(type);
    expect(failure instanceof DeviceCodeError).toBe(type !== undefined);
    expect(await scene.stored(scene.flow())).toBeUndefined();
  });

  test('says what to look at when a poll is answered by somebody else', async () => {
    scene.server.nextAnswers({ grantType }, faults.html(404));
    const failure: unknown = await scene
      .flow()
      .doFlow()
      .catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ code: 'DEVICE_CODE_POLLING', status: 404 });
    expect(failure).toMatchObject({ message: expect.stringContaining('404'), remedy: expect.stringContaining('URL') });
  });

  test('A9: refuses to poll twice, or without a code', async () => {
    const flow = scene.flow();
    await expect(flow.poll()).rejects.toMatchObject({ code: 'DEVICE_CODE_NOT_REQUESTED' });
    const { userCode } = await flow.requestDeviceCode();
    scene.server.approve(userCode);
    const first = flow.poll();
    await expect(flow.poll()).rejects.toMatchObject({ code: 'DEVICE_CODE_NOT_REQUESTED' });
    expect((await first).accessToken).toBe(flow.accessToken);
  });

  test('keeps a code until the server has answered, whatever ended its poll before', async () => {
    const { storage: real } = scene;
    let isAway = true;
    const storage = scene.storageWith({
      withLock: (key, task, options) =>
        isAway ? Promise.reject(new StorageUnavailableError()) : real.withLock(key, task, options),
    });
    const clock = new TestClock();
    const flow = scene.flow({ clock, storage });
    const { userCode } = await flow.requestDeviceCode();
    scene.server.approve(userCode);
    await expect(flow.poll()).rejects.toBeInstanceOf(StorageUnavailableError);
    isAway = false;
    const leaving = new AbortController();
    const left = flow.poll({ signal: leaving.signal });
    await clock.untilSleeping();
    leaving.abort(new Error('the page was closed'));
    await expect(left).rejects.toThrow('the page was closed');
    const login = flow.poll();
    await clock.untilSleeping();
    await clock.advance(5000);
    expect((await login).accessToken).toBe(flow.accessToken);
    await expect(flow.poll()).rejects.toMatchObject({ code: 'DEVICE_CODE_NOT_REQUESTED' });
    expect(scene.server.ledger.count({ grantType })).toBe(1);
  });

  test('forgets a code that the server has ended', async () => {
    const flow = scene.flow();
    await flow.requestDeviceCode();
    scene.server.nextAnswers({ grantType }, faults.oauthError('access_denied'));
    await expect(flow.poll()).rejects.toBeInstanceOf(DeviceCodeDeniedError);
    await expect(flow.poll()).rejects.toMatchObject({ code: 'DEVICE_CODE_NOT_REQUESTED' });
  });

  test('asks for a code with the scopes of the login before too, which another process has made', async () => {
    await scene.flow({ scope: 'openid read' }).doFlow();
    await scene.flow({ scope: 'write' }).requestDeviceCode();
    const asked = scene.server.ledger.filter({ endpoint: 'device_authorization' }).at(-1)?.parameters['scope'];
    expect(asked?.split(' ').sort()).toEqual(['openid', 'read', 'write']);
  });

  test('neither asks for a code nor polls for a caller that has left', async () => {
    const flow = scene.flow();
    const signal = AbortSignal.abort(new Error('left'));
    await expect(flow.requestDeviceCode({ signal })).rejects.toThrow('left');
    await flow.requestDeviceCode();
    await expect(flow.poll({ signal })).rejects.toThrow('left');
    expect(scene.server.ledger.count()).toBe(1);
  });

  test('A9: returns at once when it is aborted, and stops polling', async () => {
    const clock = new TestClock();
    const flow = scene.flow({ clock, promptUser: () => undefined });
    const leaving = new AbortController();
    const login = flow.doFlow({ signal: leaving.signal });
    await clock.untilSleeping();
    leaving.abort(new Error('changed my mind'));
    await expect(login).rejects.toThrow('changed my mind');
    await clock.advance(60_000);
    expect(clock.sleeping).toHaveLength(0);
    expect(scene.server.ledger.count({ grantType })).toBe(0);
  });

  test('goes on for those who stay when one caller leaves', async () => {
    const clock = new TestClock();
    const flow = scene.flow({ clock });
    const leaving = new AbortController();
    const [left, stayed] = [flow.doFlow({ signal: leaving.signal }), flow.doFlow()];
    await clock.untilSleeping();
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await clock.advance(5000);
    expect((await stayed).accessToken).toBe(flow.accessToken);
    expect(scene.server.ledger.count({ endpoint: 'device_authorization' })).toBe(1);
  });

  test.each([
    ['a refusal', () => faults.oauthError('invalid_scope'), DeviceCodeRequestError],
    ['an answer without a code', () => faults.changeFields(() => ({})), DeviceCodeRequestError],
    [
      'a page that no browser should open',
      () => faults.changeFields((all) => ({ ...all, verification_uri: 'javascript:alert(1)' })),
      DeviceCodeRequestError,
    ],
    ['an outage', () => faults.html(503), TokenEndpointUnavailableError],
  ])('prompts nobody after %s', async (_name, fault, type) => {
    scene.server.nextAnswers({ endpoint: 'device_authorization' }, fault());
    const promptUser = jest.fn<(prompt: DeviceCodePrompt) => void>();
    await expect(scene.flow({ promptUser }).doFlow()).rejects.toBeInstanceOf(type);
    expect(promptUser).not.toHaveBeenCalled();
  });

  test('says what to look at where the server does not know the client', async () => {
    scene.server.nextAnswers(
      { endpoint: 'device_authorization' },
      faults.oauthError('invalid_client', { status: 401 }),
    );
    await expect(scene.flow().doFlow()).rejects.toMatchObject({
      code: 'DEVICE_CODE_REFUSED',
      error: 'invalid_client',
      remedy: expect.stringMatching(/clientId, clientSecret/),
    });
  });

  test('asks nobody when the tokens could not be saved', async () => {
    const promptUser = jest.fn<(prompt: DeviceCodePrompt) => void>();
    const storage = new MemoryTokenStorage();
    storage.withLock = () => Promise.reject(new StorageUnavailableError());
    const flow = scene.flow({ promptUser, storage });
    await expect(flow.doFlow()).rejects.toBeInstanceOf(StorageUnavailableError);
    expect(promptUser).not.toHaveBeenCalled();
    expect(scene.server.ledger.count()).toBe(0);
  });

  test('waits for a prompt that takes its time, and passes its failure on', async () => {
    const order: string[] = [];
    const flow = scene.flow({
      promptUser: async ({ userCode }) => {
        await scene.clock.sleep(60_000);
        order.push(`prompted after ${scene.server.ledger.count({ grantType })} polls`);
        scene.server.approve(userCode);
      },
    });
    await flow.doFlow();
    expect(order).toEqual(['prompted after 0 polls']);
    const failing = scene.flow({ promptUser: () => Promise.reject(new RangeError('no terminal')) });
    await expect(failing.doFlow()).rejects.toThrow(RangeError);
  });

  test('lets a subclass override the prompt', async () => {
    const shown: string[] = [];
    class Kiosk extends DeviceCodeFlow {
      protected override async promptUser({ userCode }: DeviceCodePrompt): Promise<void> {
        shown.push(userCode);
        scene.server.approve(userCode);
      }
    }
    await new Kiosk({ issuer: scene.server.issuer, clientId: 'kiosk', clock: scene.clock }).doFlow();
    expect(shown).toHaveLength(1);
  });

  test('takes a prompt of a subclass that returns no promise, as in JavaScript', async () => {
    class Kiosk extends DeviceCodeFlow {
      protected override promptUser({ userCode }: DeviceCodePrompt): Promise<void> {
        scene.server.approve(userCode);
        return undefined as never;
      }
    }
    const flow = new Kiosk({ issuer: scene.server.issuer, clientId: 'kiosk', clock: scene.clock });
    expect((await flow.doFlow()).accessToken).toBe(flow.accessToken);
  });

  test('prints the prompt to stderr by default, and to nowhere else', async () => {
    const written = jest.spyOn(console, 'error').mockImplementation((text: string) => {
      scene.server.approve();
      expect(text).toContain(`open ${scene.server.issuer}/device\n`);
      expect(text).toMatch(/enter the code (\S+)\nor go straight to \S+\1\nbefore \d/);
    });
    try {
      await scene.flow({ promptUser: undefined }).doFlow();
      expect(written).toHaveBeenCalledTimes(1);
    } finally {
      written.mockRestore();
    }
  });

  test('sends scope and audience with the request for the code, and only the code with the polls', async () => {
    await scene.flow({ audience: 'https://api.example.org' }).doFlow();
    const [asked] = scene.server.ledger.filter({ endpoint: 'device_authorization' });
    const [polled] = scene.server.ledger.filter({ grantType });
    expect(asked?.parameters).toEqual({
      client_id: 'cli',
      scope: 'openid offline_access',
      audience: 'https://api.example.org',
    });
    expect(Object.keys(polled?.parameters ?? {}).sort()).toEqual(['client_id', 'device_code', 'grant_type']);
  });

  test('keeps the tokens of a login in memory when they cannot be saved, and saves them later', async () => {
    let isBroken = false;
    const { storage: real } = scene;
    const storage = {
      id: 'breaks after the prompt',
      load: (key: string) => real.load(key),
      save: (...parameters: Parameters<typeof real.save>) => real.save(...parameters),
      delete: (...parameters: Parameters<typeof real.delete>) => real.delete(...parameters),
      withLock: ((key, task, options) =>
        isBroken
          ? Promise.reject(new StorageUnavailableError())
          : real.withLock(key, task, options)) as typeof real.withLock,
    };
    const flow = scene.flow({
      storage,
      promptUser: ({ userCode }) => {
        isBroken = true;
        scene.server.approve(userCode);
      },
    });
    const { accessToken } = await flow.doFlow();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    isBroken = false;
    await flow.getAccessTokenRefreshIfNecessary();
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    await expect(scene.flow({ key: 'another' }).getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(
      NoTokensError,
    );
  });
});
