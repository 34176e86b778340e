import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type DeviceCodeFlow,
  encryption,
  LoginRequiredError,
  PasswordFlow,
  RefreshOutcomeUnknownError,
  type ServerDialect,
  TokenRequestError,
  TokenSet,
  type UnreadAnswer,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600, rotation: 'rotate' });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** The server names its tokens in words of its own. */
const inOwnWords = (): void =>
  scene.server.nextAnswers(
    { endpoint: 'token', times: 1 },
    faults.changeFields(({ access_token, refresh_token, ...others }) => ({
      ...others,
      result: { accessToken: access_token, refreshToken: refresh_token },
    })),
  );

const mended: ServerDialect = {
  answer: ({ status, body: { result, ...body } }) => {
    const { accessToken, refreshToken } = (result ?? {}) as Record<string, string>;
    return { status, body: { ...body, ...(result ? { access_token: accessToken, refresh_token: refreshToken } : {}) } };
  },
};
const broken: ServerDialect = {
  answer: ({ body }) => {
    throw new Error(`no ${Object.keys(body)[0]}`);
  },
};

const unreadIn = (tokens: TokenSet | undefined): UnreadAnswer | undefined => tokens?.toJSON().latchkey?.unread;

/** Which of the events that bring tokens come. */
function broughtBy(flow: DeviceCodeFlow): string[] {
  const told: string[] = [];
  for (const name of ['authorized', 'renewed'] as const) flow.events.on(name, () => told.push(name));
  return told;
}

const failing = async (flow: PasswordFlow | DeviceCodeFlow): Promise<unknown> =>
  flow.getAccessTokenRefreshIfNecessary().then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => error,
  );

describe('an answer that the dialect cannot read', () => {
  test('is kept with the record, and gives its tokens to a mended program without a request', async () => {
    const { refreshToken } = await scene.loggedIn();
    await scene.expire();
    inOwnWords();
    const first = scene.flow({ dialect: broken });
    const error = await failing(first);
    expect(error).toBeInstanceOf(RefreshOutcomeUnknownError);
    expect(error).toMatchObject({ code: 'TOKEN_ANSWER_UNREAD', retryable: true });
    expect((await scene.stored(first))?.stamp?.unanswered?.times).toBe(1);
    scene.server.ledger.clear();

    const second = scene.flow({ dialect: mended, scope: undefined });
    const told = broughtBy(second);
    expect(await second.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(scene.server.ledger.tokenRequests).toEqual([]);
    expect(second.refreshToken).not.toBe(refreshToken);
    expect(told).toEqual(['renewed']);
    const stored = await scene.stored(second);
    expect(unreadIn(stored)).toBeUndefined();
    expect(stored?.stamp?.requested_scope).toBe('openid offline_access');

    await scene.expire();
    expect(await second.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(scene.server.ledger.reuses).toBe(0);
  });

  test('keeps the token before it from being presented again, however often it is asked for', async () => {
    await scene.loggedIn();
    await scene.expire();
    inOwnWords();
    await failing(scene.flow({ dialect: broken }));
    scene.server.ledger.clear();
    for (let call = 0; call < 5; call++) {
      await scene.clock.advance(100_000);
      const error = await failing(scene.flow({ dialect: broken }));
      expect(error).toBeInstanceOf(RefreshOutcomeUnknownError);
      expect(error).toMatchObject({ code: 'TOKEN_ANSWER_UNREAD' });
    }
    expect(scene.server.ledger.tokenRequests).toEqual([]);
  });

  test('is no reason for a flow that knows the password to send that', async () => {
    const { server, clock } = scene;
    const account = { username: 'ada', password: 'pw', scope: 'offline_access' };
    const user = (dialect?: ServerDialect): PasswordFlow =>
      new PasswordFlow({
        issuer: server.issuer,
        clientId: 'c',
        clock,
        storage: scene.storageWith({}),
        dialect,
        ...account,
      });
    await user().getAccessTokenRefreshIfNecessary();
    await scene.expire();
    inOwnWords();
    for (let call = 0; call < 3; call++) {
      expect(await failing(user(broken))).toMatchObject({ code: 'TOKEN_ANSWER_UNREAD' });
      await clock.advance(100_000);
    }
    expect(server.ledger.count({ grantType: 'password' })).toBe(1);
    expect(await user(mended).getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });

  test('leaves the present token to callers while that is valid', async () => {
    const flow = await scene.loggedIn({ dialect: broken });
    const present = flow.accessToken;
    await scene.clock.advance(3_590_000);
    inOwnWords();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(present);
  });

  test.each([
    ['drops the refresh token', ({ refresh_token: _, ...body }: Record<string, unknown>) => body],
    ['garbles the refresh token', (body: Record<string, unknown>) => ({ ...body, refresh_token: 'rt-garbled-by-it' })],
    ['calls a success a refusal', () => ({ error: 'invalid_grant' })],
  ])('is kept too where the dialect %s', async (_what, garble) => {
    await scene.loggedIn();
    await scene.expire();
    inOwnWords();
    const garbling: ServerDialect = {
      answer: (answer) => {
        const { status, body } = mended.answer?.(answer) ?? answer;
        return { status, body: garble(body) };
      },
    };
    const first = scene.flow({ dialect: garbling });
    await first.getAccessTokenRefreshIfNecessary().catch(() => undefined);
    await scene.expire();
    await scene
      .flow({ dialect: garbling })
      .getAccessTokenRefreshIfNecessary()
      .catch(() => undefined);
    await scene.expire();
    expect(await scene.flow({ dialect: mended }).getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(scene.server.ledger.reuses).toBe(0);
  });

  test('of a login is kept where nothing was stored, and beside tokens that are', async () => {
    inOwnWords();
    const first = scene.flow({ dialect: broken });
    await expect(first.doFlow()).rejects.toMatchObject({ constructor: TokenRequestError, code: 'TOKEN_ANSWER_UNREAD' });
    const error = await failing(scene.flow({ dialect: broken }));
    expect(error).toBeInstanceOf(LoginRequiredError);
    expect(error).toMatchObject({ code: 'TOKEN_ANSWER_UNREAD' });
    const second = scene.flow({ dialect: mended });
    const told = broughtBy(second);
    expect(await second.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(told).toEqual(['authorized']);

    inOwnWords();
    await expect(scene.flow({ dialect: broken }).doFlow()).rejects.toMatchObject({ code: 'TOKEN_ANSWER_UNREAD' });
    expect((await scene.stored(second))?.accessToken).toBe(second.accessToken);
    const third = scene.flow({ dialect: mended });
    expect(await third.getAccessTokenRefreshIfNecessary()).not.toBe(second.accessToken);
  });

  test('of another login outlives a renewal of the tokens beside it', async () => {
    await scene.loggedIn();
    inOwnWords();
    await expect(scene.flow({ dialect: broken }).doFlow()).rejects.toMatchObject({ code: 'TOKEN_ANSWER_UNREAD' });
    const { issued } = scene.server.ledger.tokenRequests.at(-1) ?? {};
    await scene.expire();
    await scene.flow().getAccessTokenRefreshIfNecessary();
    const flow = scene.flow({ dialect: mended });
    await flow.getAccessTokenRefreshIfNecessary();
    const presented = scene.server.ledger.tokenRequests.at(-1)?.refreshToken;
    expect([presented, flow.refreshToken]).toContain(issued?.refreshToken);
    expect(scene.server.ledger.reuses).toBe(0);
  });

  test('is replaced by a new login', async () => {
    await scene.loggedIn();
    await scene.expire();
    inOwnWords();
    await failing(scene.flow({ dialect: broken }));
    const flow = scene.flow();
    await flow.doFlow();
    expect(unreadIn(await scene.stored(flow))).toBeUndefined();
  });

  test('is presented for again after a pause where it names no token at all', async () => {
    const { refreshToken } = await scene.loggedIn();
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(200));
    const flow = scene.flow({ dialect: mended });
    expect(await failing(flow)).toMatchObject({ code: 'REFRESH_OUTCOME_UNKNOWN' });
    expect(unreadIn(await scene.stored(flow))).toBeUndefined();
    await scene.clock.advance(1000);
    await flow.getAccessTokenRefreshIfNecessary().catch(() => undefined);
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(2);
  });

  test('is sealed with the record, and never shown', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    inOwnWords();
    const broke = scene.flow({ dialect: broken });
    const told: unknown[] = [];
    for (const name of ['outcomeUnknown', 'renewalFailed', 'answerInvalid', 'saved', 'adopted', 'loaded'] as const) {
      broke.events.on(name, (event) => told.push(event));
    }
    told.push(await failing(broke));
    const stored = await scene.stored(flow);
    const secret = JSON.parse(unreadIn(stored)?.text ?? '{}').result.refreshToken as string;
    expect(secret).toMatch(/^rt_/);
    const shown = inspect([told, stored, stored?.stamp, String(stored)], { depth: 9, showHidden: true });
    expect(shown).not.toContain(secret);
    expect(JSON.stringify(told)).not.toContain(secret);
    expect(unreadIn(TokenSet.from(JSON.stringify(stored)))).toEqual(unreadIn(stored));
    const codec = encryption([{ id: 'a', secret: new Uint8Array(32).fill(1) }]);
    const sealed = await codec.seal(JSON.stringify(stored), { key: flow.key, generation: 1 });
    expect(sealed).not.toContain(secret);
  });
});
