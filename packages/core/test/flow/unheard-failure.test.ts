import { expect, test } from '@jest/globals';
import { ClientCredentialsFlow } from '@latchkey/core';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const program = `
  import { DeviceCodeFlow } from '@latchkey/core';
  const server = { tokenEndpoint: 'https://as.example.org/token', deviceAuthorizationEndpoint: 'https://as.example.org/device' };
  const flow = new DeviceCodeFlow({ clientId: 'cli', server, promptUser: () => undefined });
  process.on('unhandledRejection', ({ name }) => console.log(name));
  const calls = [flow.getAccessTokenRefreshIfNecessary(), flow.getAccessTokenRefreshIfNecessary()];
  if (process.argv[1] === 'heard') await Promise.allSettled(calls);`;

test.each([
  ['tells Node of it, as of any promise', 'unheard', 'NoTokensError\n'],
  ['that is handled does not', 'heard', ''],
])('A call that fails %s', async (_, heard, told) => {
  const args = ['--input-type=module', '-e', program, heard];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  expect(stdout).toBe(told);
});

test('A call that fails at once is not what the next one waits for', async () => {
  let fails = true;
  class Moody extends ClientCredentialsFlow {
    protected override get credentialPlace(): string {
      if (fails) throw new Error('no place yet');
      return 'place';
    }
  }
  const server = { tokenEndpoint: 'https://as.example.org/token' };
  const fetch = (): Promise<Response> =>
    Promise.resolve(Response.json({ access_token: 'token', token_type: 'bearer' }));
  const flow = new Moody({ clientId: 'service', clientSecret: 'secret', server, fetch });
  await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow('no place yet');
  fails = false;
  expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('token');
});
