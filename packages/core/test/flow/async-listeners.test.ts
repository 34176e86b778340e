import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const core = new URL('../../dist/index.js', import.meta.url).href;

/** A program, with a listener that is an async function and fails. */
const program = `
  import { DeviceCodeFlow, MemoryTokenStorage } from '${core}';
  const server = { tokenEndpoint: 'http://127.0.0.1:8080/token' };
  const flow = new DeviceCodeFlow({ server, clientId: 'app', storage: new MemoryTokenStorage() });
  flow.events.on('saved', async () => { throw new RangeError('secret-of-the-listener'); });
  await flow.importTokens({ access_token: 'at-of-ada', refresh_token: 'rt-of-ada', expires_in: 3600 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log('went on');
`;

describe('a listener that is an async function and fails', () => {
  test('ends no process, and is warned of by its name alone', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe('went on\n');
    expect(stderr).toContain('A listener of the event saved threw RangeError; it was ignored.');
    expect(stderr).not.toContain('secret-of');
  });
});
