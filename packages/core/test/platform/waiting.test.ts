import { expect, test } from '@jest/globals';
import { untilAborted } from '../../dist/platform/waiting.js';

test('What is no signal is told, and what the work comes to is nobody’s unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  let fail = (_reason: Error): void => undefined;
  const work = new Promise<never>((_resolve, reject) => (fail = reject));
  const controller = new AbortController() as unknown as AbortSignal;
  await expect(untilAborted(controller, work)).rejects.toBeInstanceOf(TypeError);
  fail(new Error('the server is gone'));
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
