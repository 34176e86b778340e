import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DeviceCodeFlow, NoTokensError, RevocationFailedError, type TokenSet } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await scene[Symbol.asyncDispose]();
});

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

  test('takes any status of success for a confirmation', async () => {
    const flow = await scene.loggedIn();
    scene.server.nextAnswers({ endpoint: 'revoke', times: 2 }, faults.empty(204, { processed: true }));
    await expect(flow.logout()).resolves.toBeUndefined();
    expect(scene.server.ledger.count({ endpoint: 'revoke' })).toBe(2);
  });

  test.each<[string, (hint: string) => boolean, boolean, boolean]>([
    ['the access token ends with its refresh token', (hint) => hint === 'access_token', true, true],
    ['the refresh token is none that the server revokes', (hint) => hint === 'refresh_token', true, false],
    ['an access token alone is none that it revokes', (hint) => hint === 'access_token', false, false],
  ])('knows what unsupported_token_type means: %s', async (_what, isMeant, givesRefreshToken, isDone) => {
    scene.server.configure({ givesRefreshToken: () => givesRefreshToken });
    const flow = await scene.loggedIn();
    scene.server.nextAnswers({ endpoint: 'revoke' }, ({ parameters }) =>
      isMeant(parameters['token_type_hint'] ?? '') ? faults.oauthError('unsupported_token_type') : undefined,
    );
    const left = flow.logout();
    if (isDone) await expect(left).resolves.toBeUndefined();
    else await expect(left).rejects.toBeInstanceOf(RevocationFailedError);
    expect(await scene.stored(flow)).toBeUndefined();
  });

  test('deletes though the client’s secret never comes', async () => {
    const flow = await scene.loggedIn();
    const stuck = scene.flow({ timeout: 0.05, clientSecret: () => new Promise(() => undefined) });
    await expect(stuck.logout()).rejects.toBeInstanceOf(RevocationFailedError);
    expect(await scene.stored(flow)).toBeUndefined();
  });

  test('deletes before its process ends, though nothing else keeps that alive', () => {
    const program = `
      import { DeviceCodeFlow, MemoryTokenStorage } from '@latchkey/core';
      const storage = new MemoryTokenStorage();
      const [server, clientSecret] = [{ tokenEndpoint: 'https://as.example/' }, () => new Promise(() => undefined)];
      const flow = new DeviceCodeFlow({ server, clientId: 'cli', storage, timeout: 0.05, clientSecret });
      await flow.importTokens({ refresh_token: 'r' });
      await flow.logout().catch((error) => console.log(error.code));
      console.log(await storage.load(flow.key));`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([stdout, status]).toEqual(['REVOCATION_FAILED\nundefined\n', 0]);
  });

  test('waits no longer than five seconds for the metadata, and deletes', async () => {
    const { key } = await scene.loggedIn();
    const flow = scene.flow({ key, issuer: scene.server.issuer, server: undefined });
    const timer = jest.spyOn(globalThis, 'setTimeout');
    const gate = scene.server.hold({ endpoint: 'discovery' });
    const leaving = flow.logout();
    await gate.arrived;
    const [giveUp] = timer.mock.calls.find(([, wait]) => wait === 5000) ?? [];
    giveUp?.();
    await expect(leaving).rejects.toBeInstanceOf(RevocationFailedError);
    expect(await scene.stored(flow)).toBeUndefined();
  });

  test('deletes even when the server does not confirm, and says so', async () => {
    const flow = await scene.loggedIn();
    scene.server.nextAnswers({ endpoint: 'revoke' }, faults.html(503));
    await expect(flow.logout()).rejects.toMatchObject({ code: 'REVOCATION_FAILED' });
    expect(await scene.stored(flow)).toBeUndefined();
    await expect(flow.logout()).resolves.toBeUndefined();
  });

  test('tells when it is done, though its caller has left', async () => {
    const flow = await scene.loggedIn();
    const done = new Promise((resolve) => flow.events.on('loggedOut', resolve));
    const gate = scene.server.hold({ endpoint: 'revoke' });
    const leaving = new AbortController();
    const left = flow.logout({ signal: leaving.signal });
    await gate.arrived;
    leaving.abort(new Error('no longer needed'));
    await expect(left).rejects.toThrow('no longer needed');
    gate.release();
    expect(await done).toEqual({ key: flow.key });
    expect(await scene.stored(flow)).toBeUndefined();
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
