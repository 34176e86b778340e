import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthorizeContext, InvalidRefreshTokenError, StoredAuthFlow, TokenSet } from '@latchkey/core';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;
beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A flow whose grant was written without types. */
function granting(authorize: (context: AuthorizeContext) => unknown, interactive = false): StoredAuthFlow {
  class Own extends StoredAuthFlow {
    protected override readonly interactive = interactive;
    protected override authorize(context: AuthorizeContext): Promise<TokenSet> {
      return authorize(context) as Promise<TokenSet>;
    }
  }
  return new Own(scene.options());
}

describe('a grant that gives a refresh token alone', () => {
  test('and the same again once it is refused is asked twice, and the server once', async () => {
    let asked = 0;
    const flow = granting(async () => {
      if (++asked > 5) throw new Error('It turns in circles.');
      return TokenSet.from({ refresh_token: 'of-another-server' });
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(InvalidRefreshTokenError);
    expect(asked).toBe(2);
    scene.server.ledger.assertTokenRequests(1);
  });

  test('and always another one that is refused is asked three times', async () => {
    let asked = 0;
    const flow = granting(async () => {
      if (++asked > 5) throw new Error('It turns in circles.');
      return TokenSet.from({ refresh_token: `of-another-server-${asked}` });
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(/refused each refresh token/);
    expect(asked).toBe(3);
    scene.server.ledger.assertTokenRequests(2);
  });

  test('by a person brings a token in the same call', async () => {
    const given = await scene.refreshToken();
    const flow = granting(async () => TokenSet.from({ refresh_token: given }), true);
    expect(await flow.getAccessTokenRefreshIfNecessary({ interactive: true })).toMatch(/^at_/);
  });

  test('and a good one the second time brings a token', async () => {
    const given = ['of-another-server', await scene.refreshToken()];
    const flow = granting(async () => TokenSet.from({ refresh_token: given.shift() }));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    scene.server.ledger.assertTokenRequests(2);
  });
});
