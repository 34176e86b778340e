import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenExchangeFlow, type TokenExchangeFlowOptions } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

function flowOf(options: Partial<TokenExchangeFlowOptions> = {}): TokenExchangeFlow {
  return new TokenExchangeFlow({ ...scene.options(), subjectToken: 'subject-token-1', ...options });
}

describe('TokenExchangeFlow', () => {
  test.each(['subjectTokenType', 'actorTokenType', 'requestedTokenType'])('refuses a %s that is none', (name) => {
    for (const type of ['', 5]) {
      expect(() => flowOf({ actorToken: 'actor-token-1', [name]: type })).toThrow(`${name} must be a non-empty string`);
    }
  });

  test('presents the subject token as an access token', async () => {
    await flowOf({ audience: 'urn:behind', scope: 'read' }).getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'app',
      subject_token: 'subject-token-1',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'urn:behind',
      scope: 'read',
    });
  });

  test('presents other kinds of tokens, an actor, and what it wants', async () => {
    await flowOf({
      subjectToken: () => Promise.resolve('fetched'),
      account: 'ada',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token',
      actorToken: 'actor-token-1',
      requestedTokenType: 'urn:ietf:params:oauth:token-type:jwt',
    }).getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm).toMatchObject({
      subject_token: 'fetched',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      actor_token: 'actor-token-1',
      actor_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    });
  });

  test('takes tokens whose type is not applicable (RFC 8693 section 2.2.1)', async () => {
    const problems: unknown[] = [];
    scene.server.nextAnswers(
      { endpoint: 'token' },
      faults.changeFields((fields) => ({ ...fields, token_type: 'N_A' })),
    );
    const flow = flowOf();
    flow.events.on('answerInvalid', (event) => problems.push(event));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(problems).toEqual([]);
  });

  test('tells subjects apart by a hash of their token', async () => {
    const digest = createHash('sha256').update('subject-token-1').digest('hex');
    expect(flowOf().key).toContain(`account=${digest}`);
    expect(flowOf().key).not.toContain('subject-token-1');
    const [one, other] = [flowOf(), flowOf({ subjectToken: 'subject-token-2' })];
    expect(await one.getAccessTokenRefreshIfNecessary()).not.toBe(await other.getAccessTokenRefreshIfNecessary());
    expect(await flowOf().getAccessTokenRefreshIfNecessary()).toBe(one.accessToken);
  });

  test('says what to do when the subject token has ended', async () => {
    scene.server.nextAnswers({ endpoint: 'token' }, faults.oauthError('invalid_grant'));
    await expect(flowOf().getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'INVALID_GRANT',
      remedy: expect.stringContaining('subject token'),
    });
  });

  test.each<Partial<TokenExchangeFlowOptions>>([
    { subjectToken: '' },
    { subjectToken: () => 'whose?' },
    { actorTokenType: 'urn:x' },
  ])('refuses %p at once', (options) => {
    expect(() => flowOf(options)).toThrow(TypeError);
    expect(() => flowOf().withAccount('bob')).toThrow(TypeError);
  });
});
