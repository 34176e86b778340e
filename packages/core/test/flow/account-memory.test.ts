import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, type TokenSet } from '@latchkey/core';

const program = path.join(import.meta.dirname, 'account-memory.mjs');

/** In processes of their own, whose heap nothing else fills. What else it does meanwhile only adds, so the least counts. */
async function bytesOf(what: 'warm' | 'line'): Promise<number> {
  const measured: number[] = [];
  for (let round = 0; round < 3; round++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, what]);
    measured.push(Number(stdout));
  }
  return Math.min(...measured);
}

describe('The memory of an account', () => {
  test('is about 2.2 kB once it is warm, of which its token is 1 kB', async () => {
    const bytes = await bytesOf('warm');
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(2400);
  });

  test('is about 5.6 kB while it stands in line, with its token', async () => {
    const bytes = await bytesOf('line');
    expect(bytes).toBeGreaterThan(3000);
    expect(bytes).toBeLessThan(6200);
  });
});

test('A flow with a place of its own knows its tokens on, though its parts are dropped', async () => {
  let loads = 0;
  class OwnPlace extends ClientCredentialsFlow {
    protected override async loadTokens(): Promise<TokenSet | undefined> {
      loads++;
      return undefined;
    }
    protected override async saveTokens(): Promise<void> {
      // what is saved is looked for by nobody
    }
  }
  const fetch = async (): Promise<Response> =>
    Response.json({ access_token: 'at', token_type: 'bearer', expires_in: 60 });
  const server = { tokenEndpoint: 'https://as.example.org/token' };
  const flow = new OwnPlace({ clientId: 'c', clientSecret: 's', server, fetch, lock: 'process' });
  await flow.getAccessTokenRefreshIfNecessary();
  const before = loads;
  expect(before).toBeGreaterThan(0);
  expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 1 })).toBe('at');
  expect([flow.accessToken, loads]).toEqual(['at', before]);
});
