import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiKeyFlow, MissingCredentialsError, UnauthenticatedError } from '@latchkey/core';
import { environmentVariable } from '@latchkey/core/node';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { Client } from '../dist/api-key/client.js';

const key = 'sk_test_your_secret_api_key_12345';
const name = 'ACME_API_KEY';

let api: Server;
let url: string;
let requests: IncomingHttpHeaders[];

/** An API that takes one key, and tells those whom it refuses more than it should. */
beforeEach(async () => {
  requests = [];
  api = createServer(({ url: path, headers }, response) => {
    requests.push(headers);
    const shown = String(headers['x-api-key'] ?? headers.authorization);
    const refusal = { 'www-authenticate': `Bearer error="invalid_token", error_description="unknown: ${shown}"` };
    if (path?.startsWith('//')) response.writeHead(404).end();
    else if (shown === key) response.end('{"sub":"the owner of the key"}');
    else response.writeHead(401, refusal).end();
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterEach(async () => {
  const closed = once(api, 'close');
  api.close();
  api.closeAllConnections();
  await closed;
});

async function run(program: string, variables: Record<string, string | undefined>) {
  const path = fileURLToPath(new URL(`../dist/api-key/${program}.js`, import.meta.url));
  const { [name]: _key, ...inherited } = process.env;
  const child = spawn(process.execPath, [path], { env: { ...inherited, API: url, ...variables } });
  const ended = once(child, 'close');
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code: code as unknown, out, err };
}

describe('The program with a key (A5)', () => {
  test.each([
    ['unset', undefined],
    ['empty', ''],
    ['blank', ' '],
  ])('names the variable while it is %s, and sends nothing', async (_what, value) => {
    const { code, out, err } = await run('key', value === undefined ? {} : { [name]: value });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^Missing or empty: ACME_API_KEY\. Set ACME_API_KEY in the environment/);
    expect(requests).toEqual([]);
  });

  test('sends exactly the header that it is configured for, and prints no key', async () => {
    const result = await run('key', { [name]: key });
    expect(result).toEqual({ code: 0, out: 'called as the owner of the key\n', err: '' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toHaveProperty('x-api-key', key);
    expect(requests[0]).not.toHaveProperty('authorization');
  });

  test('prints no key when it is refused, though the API repeats it', async () => {
    const { code, err } = await run('key', { [name]: `${key}_old` });
    expect(code).toBe(1);
    expect(err).toContain('unknown: [redacted]');
    expect(err).not.toContain(key);
    expect(requests).toHaveLength(1);
  });
});

describe('A key in the environment (A5)', () => {
  test('is an error by name at each call, until it is set', async () => {
    const env: Record<string, string> = { [name]: '' };
    const flow = new ApiKeyFlow({ apiKey: environmentVariable(name, { env }), scheme: '', allowedOrigins: [url] });
    const client = new Client(flow, url);
    for (let call = 0; call < 2; call++) {
      const error = await client.whoAmI().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(MissingCredentialsError);
      expect(error).toMatchObject({ code: 'MISSING_CREDENTIALS', names: [name], retryable: false });
    }
    expect(requests).toEqual([]);
    env[name] = key;
    expect(await client.whoAmI()).toBe('the owner of the key');
    expect(await new Client(flow, `${url}/`).whoAmI()).toBe('the owner of the key');
    expect(requests[0]).toHaveProperty('authorization', key);
  });

  test('is in no error, no event and nothing that is printed of flow, client, tokens or response', async () => {
    const flow = new ApiKeyFlow({ apiKey: `${key}_old`, allowedOrigins: [url], headerName: 'x-api-key' });
    const said: unknown[] = [];
    for (const event of ['authorized', 'renewed', 'renewalFailed', 'loginRequired'] as const) {
      flow.events.on(event, (details) => said.push(event, details));
    }
    const client = new Client(flow, url);
    const error = await client.whoAmI().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnauthenticatedError);
    const unreachable = new ApiKeyFlow({ apiKey: key, allowedOrigins: ['http://127.0.0.1:1'] });
    const failure = await unreachable.fetch('http://127.0.0.1:1/').catch((caught: unknown) => caught);
    for (const thing of [flow, client, flow.tokens, error, failure, said, unreachable]) {
      const printed = [inspect(thing, { depth: 9, showHidden: true }), JSON.stringify(thing), String(thing)];
      if (thing !== flow.tokens) expect(printed.join()).not.toContain(key);
      else expect(printed[0]! + printed[2]!).not.toContain(key); // JSON of tokens is the record, to be stored
    }
    expect(String((error as Error).stack)).not.toContain(key);
  });
});

describe('the program for a user', () => {
  let server: FakeAuthorizationServer;
  let home: string;

  beforeEach(async () => {
    server = await FakeAuthorizationServer.start({ clients: { 'acme-cli': { secret: 'cli secret' } } });
    home = mkdtempSync(join(tmpdir(), 'latchkey-user-'));
  });
  afterEach(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });

  test('logs in with a browser once, and calls the API as the user with the same client class', async () => {
    const browser = join(home, 'browser');
    writeFileSync(browser, `#!${process.execPath}\nfetch(process.argv[2])`);
    chmodSync(browser, 0o700);
    const variables = { API: server.api, ISSUER: server.issuer, HOME: home, ACME_CLIENT_SECRET: 'cli secret' };
    expect(await run('user', { ...variables, BROWSER: browser })).toMatchObject({ code: 0, out: 'called as ada\n' });
    expect(await run('user', { ...variables, BROWSER: '/nonexistent' })).toEqual({
      code: 0,
      out: 'called as ada\n',
      err: '',
    });
    server.ledger.assertTokenRequests(1, { grantType: 'authorization_code' });
    server.ledger.assertTokenRequests(1);
  });
});
