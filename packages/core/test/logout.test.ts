import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow, NoTokensError, type TokenSet } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from './device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('logout', () => {
  test('is respected by another process at its next renewal', async () => {
    const flow = await scene.loggedIn();
    const other = scene.flow();
    await other.getAccessTokenRefreshIfNecessary();
    await flow.logout();
    await scene.expire();
    scene.server.ledger.clear();
    await expect(other.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
    expect(() => other.tokens).toThrow(NoTokensError);
    expect(scene.server.ledger.count()).toBe(0);
  });

  test('is not undone by a renewal in flight', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const renewing = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    const leaving = flow.logout();
    gate.release();
    await Promise.all([renewing, leaving]);
    expect(await scene.stored(flow)).toBeUndefined();
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
  });

  test('is not undone by a renewal that lost its lock', async () => {
    const flow = await scene.loggedIn();
    const { storage, lose } = scene.losable();
    const frozen = scene.flow({ storage });
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const renewing = frozen.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    lose();
    await flow.logout();
    gate.release();
    await expect(renewing).rejects.toBeInstanceOf(NoTokensError);
    expect(await scene.stored(flow)).toBeUndefined();
  });

  test('revokes both tokens at the server', async () => {
    const flow = await scene.loggedIn();
    const { accessToken, refreshToken } = flow;
    await flow.logout();
    const revoked = scene.server.ledger.filter({ endpoint: 'revoke' }).map(({ parameters }) => parameters['token']);
    expect(revoked).toEqual([refreshToken, accessToken]);
  });

  test('deletes even when the server does not confirm, and says so', async () => {
    const flow = await scene.loggedIn();
    scene.server.nextAnswers({ endpoint: 'revoke' }, faults.html(503));
    await expect(flow.logout()).rejects.toMatchObject({ code: 'REVOCATION_FAILED' });
    expect(await scene.stored(flow)).toBeUndefined();
    await expect(flow.logout()).resolves.toBeUndefined();
  });

  test('is a TypeError, before anything is done, for hooks of one’s own without deleteTokens', async () => {
    class OwnPlace extends DeviceCodeFlow {
      protected override loadTokens(): Promise<TokenSet | undefined> {
        return scene.storage.load('own');
      }
      protected override saveTokens(tokens: TokenSet): Promise<void> {
        return scene.storage.save('own', tokens, { expected: undefined });
      }
    }
    const flow = new OwnPlace({ issuer: scene.server.issuer, clientId: 'cli', lock: 'process' });
    await expect(flow.logout()).rejects.toBeInstanceOf(TypeError);
    expect(scene.server.ledger.count()).toBe(0);
  });
});
