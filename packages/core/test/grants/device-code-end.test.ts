import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeExpiredError } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ deviceLogins: 'pending', deviceInterval: 7 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('a device login that nobody approves', () => {
  test('ends when its code does, not a pause later', async () => {
    let end = NaN;
    const flow = scene.flow({ promptUser: ({ expiresAt }) => void (end = expiresAt.getTime()) });
    await expect(flow.doFlow()).rejects.toBeInstanceOf(DeviceCodeExpiredError);
    expect(scene.clock.now()).toBe(end);
  });
});
