import { expect, jest, test } from '@jest/globals';
import { untilAborted, within } from '../../dist/platform/waiting.js';

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

test('What nobody waits for any more, since before it began, keeps no process by a timer', async () => {
  const timer = jest.spyOn(globalThis, 'setTimeout').mockImplementation((() => 0) as never);
  try {
    void within(300, new Promise(() => undefined), AbortSignal.abort());
    await new Promise(setImmediate);
    expect(timer).not.toHaveBeenCalled();
    void within(300, new Promise(() => undefined), new AbortController().signal);
    await new Promise(setImmediate);
    expect(timer).toHaveBeenCalledTimes(1);
  } finally {
    timer.mockRestore();
  }
});
