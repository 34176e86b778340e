import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ApiKeyFlow } from '@latchkey/core';

const core = new URL('../../dist/index.js', import.meta.url).href;

/** A program with a listener that fails, and one after it. */
const program = (listener: string): string => `
  import { DeviceCodeFlow, MemoryTokenStorage } from '${core}';
  const server = { tokenEndpoint: 'http://127.0.0.1:8080/token' };
  const flow = new DeviceCodeFlow({ server, clientId: 'app', storage: new MemoryTokenStorage() });
  flow.events.on('saved', ${listener});
  flow.events.on('saved', () => console.log('told'));
  await flow.importTokens({ access_token: 'at-of-ada', refresh_token: 'rt-of-ada', expires_in: 3600 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log('went on');
`;

describe('a listener that fails', () => {
  test.each([
    ['of an async function', "async () => { throw new RangeError('secret-of-the-listener'); }", 'RangeError'],
    ['at once', "() => { throw new RangeError('secret-of-the-listener'); }", 'RangeError'],
    ['by no error', '() => { throw undefined; }', 'a value'],
  ])('%s ends no process and stops no other, and is warned of by its name alone', async (_, listener, name) => {
    const args = ['--input-type=module', '-e', program(listener)];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe('told\nwent on\n');
    expect(stderr).toContain(`A listener of the event saved threw ${name}; it was ignored.`);
    expect(stderr).not.toContain('secret-of');
  });
});

test('A listener that one before it has ended is not called', () => {
  const { events } = new ApiKeyFlow({ apiKey: 'key' });
  const told: string[] = [];
  events.on('loggedOut', () => end());
  const end = events.on('loggedOut', () => told.push('the second'));
  events.emit('loggedOut', { key: 'k' });
  expect(told).toEqual([]);
});

test('A listener that ends itself and listens anew is called once for an event', () => {
  const { events } = new ApiKeyFlow({ apiKey: 'key' });
  let told = 0;
  const listen = (): void => {
    const end = events.on('loggedOut', () => {
      end();
      if (++told < 1000) listen();
    });
  };
  listen();
  events.emit('loggedOut', { key: 'k' });
  expect(told).toBe(1);
  events.emit('loggedOut', { key: 'k' });
  expect(told).toBe(2);
});
