import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PasswordFlow, TokenSet } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { inspect } from 'node:util';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('the scope that a server answers', () => {
  test('tells no secret that the server echoes in it, and forges no line', async () => {
    const password = 'correct horse battery staple';
    const flow = new PasswordFlow({ ...scene.options(), username: 'ada', password });
    const told: unknown[] = [];
    for (const name of ['authorized', 'saved', 'renewed'] as const) flow.events.on(name, (event) => told.push(event));
    const echo = (said: string) =>
      faults.changeFields((body) => {
        const { access_token: token, ...rest } = body as Record<string, string>;
        return { ...rest, access_token: token, scope: `read ${token} ${said}\nadmin: logged in\u2028write` };
      });
    scene.server.nextAnswers({ endpoint: 'token' }, echo(password));
    const { accessToken } = { accessToken: await flow.getAccessTokenRefreshIfNecessary() };
    expect(flow.scope).toMatch(/^read( \[redacted\])+ admin: logged in write$/);
    const { refreshToken } = flow;
    scene.server.nextAnswers({ endpoint: 'token' }, echo(refreshToken));
    await flow.refresh();
    const printed = [inspect(told, { depth: 9 }), inspect(flow.tokens), String(flow.scope)].join('\n');
    for (const secret of [accessToken, flow.accessToken, refreshToken, password]) expect(printed).not.toContain(secret);
    expect(flow.scope).not.toMatch(/[\n\u2028]/);
  });

  test('is cleaned in what is imported too, and a list is joined', () => {
    expect(TokenSet.from({ access_token: 'a', scope: ['read', 'write\r\nadmin'] }).scope).toBe('read write  admin');
  });
});
