import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeviceCodeFlow } from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { SignJWT } from 'jose';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Sends what the server has to say as a form. */
function asForm(type: string | undefined, without: readonly string[] = []): Fault {
  return {
    name: 'a form',
    after: (answer) => {
      const fields = Object.entries(JSON.parse(answer.body) as Record<string, unknown>);
      const kept = fields.filter(([name]) => !without.includes(name)).map(([name, value]) => [name, String(value)]);
      return {
        ...answer,
        headers: type === undefined ? {} : { 'content-type': type },
        body: String(new URLSearchParams(kept)),
      };
    },
  };
}

/** Renews by an answer that a fault has changed; what the event tells that is wrong with it. */
async function renewedBy(fault: Fault, flow: DeviceCodeFlow): Promise<string[]> {
  const { refreshToken } = flow;
  await scene.expire();
  scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
  const problems: string[] = [];
  flow.events.on('answerInvalid', ({ problem }) => problems.push(problem.message));
  const { issued } = await flow.refresh().then(() => scene.server.ledger.tokenRequests.at(-1) ?? { issued: undefined });
  expect([flow.accessToken, flow.refreshToken]).toEqual([issued?.accessToken, issued?.refreshToken]);
  expect(flow.refreshToken).not.toBe(refreshToken);
  expect(flow.ttl).toBe(3600);
  return problems;
}

describe('an answer to a refresh is understood, and nothing is wrong with it, where it', () => {
  test.each([
    ['is a form', asForm('application/x-www-form-urlencoded')],
    ['is a form that is called a page', asForm('text/html; charset=utf-8')],
    ['is a form of which nothing is said', asForm(undefined)],
    ['is a form without a token type', asForm('text/plain', ['token_type'])],
    ['is JSON that is called a page', faults.contentType('text/html')],
    ['is JSON that is called JavaScript', faults.contentType('text/javascript')],
    ['has a list of scopes', faults.changeFields((all) => ({ ...all, scope: ['openid', 'offline_access'] }))],
    ['has no id token, said by null', faults.changeFields((all) => ({ ...all, id_token: null }))],
    ['has no id token, said by nothing', faults.changeFields((all) => ({ ...all, id_token: '' }))],
    ['names no scope, said by null', faults.changeFields((all) => ({ ...all, scope: null }))],
    ['has status 201', { name: 'status 201', after: (answer) => ({ ...answer, status: 201 }) }],
    ['has a lifetime as text', faults.changeFields((all) => ({ ...all, expires_in: '3600' }))],
  ])('%s', async (_what, fault) => {
    const flow = await scene.loggedIn();
    expect(await renewedBy(fault, flow)).toEqual([]);
    expect(flow.scope).toBe('openid offline_access');
  });
});

describe('an answer to a refresh', () => {
  test.each([null, ''])(
    'says nothing of a new refresh token or a lifetime by %j, and nothing is wrong',
    async (nothing) => {
      const flow = await scene.loggedIn();
      const { refreshToken } = flow;
      const told: unknown[] = [];
      flow.events.on('answerInvalid', (event) => told.push(event));
      scene.server.nextAnswers(
        { grantType: 'refresh_token' },
        faults.changeFields((all) => ({ ...all, refresh_token: nothing, expires_in: nothing })),
      );
      await flow.refresh();
      expect([flow.refreshToken, flow.expiresAt, told]).toEqual([refreshToken, undefined, []]);
    },
  );

  test.each([
    ['a lifetime that is no number', { expires_in: 'never' }],
    ['no token type', { token_type: null }],
    ['an id token that is none', { id_token: 'no-jwt' }],
  ])('is still called wrong for %s', async (_what, change) => {
    const flow = await scene.loggedIn();
    const told: unknown[] = [];
    flow.events.on('answerInvalid', (event) => told.push(event));
    scene.server.nextAnswers(
      { grantType: 'refresh_token' },
      faults.changeFields((all) => ({ ...all, ...change })),
    );
    await flow.refresh();
    expect(told).toHaveLength(1);
  });
});

describe('an id token of a server whose keys and algorithms are not known', () => {
  const signed = (claims: object): Fault => ({
    name: 'an id token by ES256',
    after: async (answer) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const now = scene.clock.now() / 1000;
      const payload = { iss: scene.server.issuer, aud: 'cli', sub: 'ada', iat: now, exp: now + 60, ...claims };
      const id_token = await new SignJWT(payload).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
      return { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), id_token }) };
    },
  });

  test('is not called wrong for its algorithm', async () => {
    expect(await renewedBy(signed({}), await scene.loggedIn())).toEqual([]);
  });

  test('is still called wrong when it is for another client', async () => {
    expect(await renewedBy(signed({ aud: 'another' }), await scene.loggedIn())).toHaveLength(1);
  });
});

describe('a logout', () => {
  const refusing = (hint: string, error: string): void =>
    scene.server.nextAnswers(
      { endpoint: 'revoke', times: 2 },
      {
        name: error,
        before: ({ request: { parameters } }) =>
          parameters['token_type_hint'] === hint
            ? { status: 400, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) }
            : undefined,
      },
    );

  test.each([
    ['an access token that died with the refresh token, as better-auth says it', 'access_token', 'invalid_request'],
    ['a refresh token that is dead already, as Google says it', 'refresh_token', 'invalid_token'],
    ['an access token that is dead already', 'access_token', 'invalid_token'],
  ])('has not failed because of %s', async (_what, hint, error) => {
    const flow = await scene.loggedIn();
    refusing(hint, error);
    await expect(flow.logout()).resolves.toBeUndefined();
  });

  test.each([
    ['refresh_token', 'invalid_request'],
    ['access_token', 'invalid_client'],
  ])('has failed where the %s is refused with %s', async (hint, error) => {
    const flow = await scene.loggedIn();
    refusing(hint, error);
    await expect(flow.logout()).rejects.toMatchObject({ code: 'REVOCATION_FAILED', error });
  });
});
