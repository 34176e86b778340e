import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, settled } from '@latchkey/core';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { shared } from '../../dist/platform/process-registry.js';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('settled', () => {
  test('resolves at once when nothing is under way', async () => {
    await expect(settled()).resolves.toBeUndefined();
  });

  test('remembers nothing of what has ended', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    await settled();
    expect(shared('under way', () => new Set()).size).toBe(0);
  });

  test('waits until a renewal that was sent is saved', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const renewing = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    const order: string[] = [];
    const ended = settled().then(() => order.push('settled'));
    flow.events.on('saved', () => order.push('saved'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    gate.release();
    await ended;
    expect(order).toEqual(['saved', 'settled']);
    await renewing;
  });

  test('waits no longer than its signal, and ends nobody’s renewal', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const renewing = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    const reason = new Error('the time is up');
    await expect(settled({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    gate.release();
    expect(await renewing).toMatch(/^at_/);
  });

  test('resolves although a renewal fails', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    scene.server.revokeRefreshToken(flow.refreshToken);
    const failing = expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow();
    await settled();
    await failing;
  });

  test('waits until what a code brings is saved', async () => {
    const { issuer, tokenEndpoint } = scene.server;
    const server = { issuer, tokenEndpoint, authorizationEndpoint: `${issuer}/authorize` };
    const { clock, storage } = scene;
    const redirectUri = 'http://127.0.0.1:9/callback';
    const flow = new AuthorizationCodeFlow({ server, clientId: 'web', clock, storage, redirectUri });
    const { url, state } = await flow.startAuthorization();
    const { headers } = await fetch(url, { redirect: 'manual' });
    const gate = scene.server.hold({ grantType: 'authorization_code', processed: true });
    const loggedIn = flow.completeAuthorization(headers.get('location')!, state);
    await gate.arrived;
    const ended = settled().then(() => storage.load(flow.key));
    gate.release();
    expect((await ended)?.accessToken).toBe((await loggedIn).accessToken);
  });

  test('waits for the answer to a poll, and not for the person', async () => {
    const poll = { grantType: 'urn:ietf:params:oauth:grant-type:device_code', processed: true };
    const flow = scene.flow({ promptUser: () => undefined });
    const gates = [scene.server.hold(poll), scene.server.hold(poll)];
    const loggedIn = flow.doFlow();
    await gates[0]!.arrived;
    const pending = settled();
    gates[0]!.release();
    await pending;
    scene.server.approve();
    await gates[1]!.arrived;
    gates[1]!.release();
    await settled();
    expect(await scene.stored(flow)).toBeDefined();
    await loggedIn;
  });

  test('lets storage win where it has moved on', async () => {
    let isBroken = false;
    const storage = scene.storageWith({
      save: (key, tokens, context) =>
        isBroken ? Promise.reject(new Error('no space')) : scene.storage.save(key, tokens, context),
    });
    const flow = await scene.loggedIn({ storage, lockTimeout: 0 });
    isBroken = true;
    await flow.refresh();
    isBroken = false;
    const other = await scene.flow().doFlow();
    await settled();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(other.accessToken);
  });

  test('tries once more to save what could not be saved', async () => {
    let isBroken = false;
    let turns = 0;
    const storage = scene.storageWith({
      save: (key, tokens, context) =>
        isBroken ? Promise.reject(new Error('no space')) : scene.storage.save(key, tokens, context),
      withLock: (key, task, options) => {
        turns++;
        return scene.storage.withLock(key, task, options);
      },
    });
    const flow = await scene.loggedIn({ storage, lockTimeout: 0 });
    isBroken = true;
    const { accessToken } = await flow.refresh();
    await settled();
    expect((await scene.stored(flow))?.accessToken).not.toBe(accessToken);
    isBroken = false;
    await settled();
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    const before = turns;
    await settled();
    expect(turns).toBe(before);
  });

  test('lets a handler of SIGTERM keep the login of a program that is stopped while it renews', async () => {
    scene.server.configure({ clock: { now: () => Date.now() } });
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const program = `
      import { RefreshTokenFlow, settled } from '@latchkey/core';
      const flow = new RefreshTokenFlow(${JSON.stringify({
        server: { tokenEndpoint: scene.server.tokenEndpoint },
        clientId: 'cli',
        refreshToken: (await scene.flow().doFlow()).refreshToken,
      })});
      flow.events.on('saved', ({ tokens }) => tokens.expiresAt && console.log('saved'));
      process.once('SIGTERM', () => void settled({ signal: AbortSignal.timeout(20_000) }).finally(() => process.exit(0)));
      await flow.getAccessTokenRefreshIfNecessary();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: import.meta.dirname });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    const ended = once(child, 'exit');
    await gate.arrived;
    child.kill('SIGTERM');
    gate.release();
    expect(await ended).toEqual([0, null]);
    expect(output).toBe('saved\n');
  });

  test('saves what could not be saved where nothing can be added to the globals, too', async () => {
    const program = `
      import { ClientCredentialsFlow, MemoryTokenStorage, settled } from '@latchkey/core';
      const answer = Response.json({ access_token: 'token', expires_in: 3600 });
      Object.preventExtensions(globalThis);
      class Full extends MemoryTokenStorage {
        isFull = true;
        async save(key, tokens) {
          if (this.isFull) throw new Error('no space');
          console.log('saved', tokens.accessToken);
        }
      }
      const storage = new Full();
      const server = { tokenEndpoint: 'https://login.example/token' };
      const options = { clientId: 'm', clientSecret: 's', storage, lockTimeout: 0, fetch: async () => answer };
      const flow = new ClientCredentialsFlow({ server, ...options });
      await flow.getAccessTokenRefreshIfNecessary();
      storage.isFull = false;
      await settled();
    `;
    const args = ['--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    expect(stdout).toBe('saved token\n');
  });
});
