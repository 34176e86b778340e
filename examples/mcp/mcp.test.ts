import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, ClientRejectedError } from '@latchkey/core';
import { discoverResource } from '@latchkey/core/resource';
import { asOtherProcess, faults, TestClock } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { blockWith, importBlock } from '../../packages/core/test/scenes/documented-block.js';
import { fetchFor } from '../dist/mcp/log-in.js';
import { providerOf } from '../dist/mcp/oauth-client-provider.js';
import { ProtectedServer } from '../dist/mcp/protected-server.js';

const program = join(import.meta.dirname, '../dist/mcp/main.js');
const login = { grantType: 'authorization_code' };
const renewal = { grantType: 'refresh_token' };

/** The fetch of the example, and that of the page that explains it. */
const fetches: Readonly<Record<string, () => Promise<{ fetchFor: typeof fetchFor }>>> = {
  'log-in.ts': async () => ({ fetchFor }),
  'docs/resources.md': () => importBlock(blockWith('export async function fetchFor', 'docs/resources.md')),
};

let folder: string;
let server: ProtectedServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-mcp-'));
  server = await ProtectedServer.start();
  // A browser whose person approves at once. It writes down that it was opened.
  const browser = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(join(folder, 'visits'))}, 'x');
fetch(process.argv[2]);
`;
  writeFileSync(join(folder, 'browser.cjs'), browser);
  chmodSync(join(folder, 'browser.cjs'), 0o755);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** How often a browser was opened. */
const visits = (): number => (existsSync(join(folder, 'visits')) ? readFileSync(join(folder, 'visits')).length : 0);
const tokens = (): string => join(folder, 'tokens');

/** Runs the program, by a Node with such options. */
async function runTool(tool: string, ...options: string[]): Promise<{ code: unknown; printed: string }> {
  const child = spawn(process.execPath, [...options, program, server.url, tool], {
    env: { ...process.env, TOKENS: tokens(), BROWSER: join(folder, 'browser.cjs') },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const ended = once(child, 'exit');
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  expect([0, 1]).toContain(code); // by itself
  return { code, printed: printed === '' ? complaints : printed.trim() };
}

/** Runs the program, and returns what it printed. */
const call = async (tool: string): Promise<string> => (await runTool(tool)).printed;

const callAll = (count: number): Promise<string[]> => Promise.all(Array.from({ length: count }, () => call('whoami')));
const answer = (of: string): string => JSON.stringify([{ type: 'text', text: of }]);

/** Lets the stored access tokens end. */
function endTokens(): void {
  for (const name of readdirSync(tokens()).filter((each) => each.endsWith('.json'))) {
    const record = JSON.parse(readFileSync(join(tokens(), name), 'utf8')) as Record<string, unknown>;
    if (record['access_token'] === undefined) continue;
    writeFileSync(join(tokens(), name), JSON.stringify({ ...record, issued_at: 1, expires_at: 2 }));
  }
}

describe('a client of any MCP server', () => {
  test('says how it is called, and what is wrong, in one line', async () => {
    const run = promisify(execFile);
    const env = { ...process.env, TOKENS: tokens() };
    const usage = { code: 2, stdout: '', stderr: expect.stringMatching(/^Usage: .*\n$/) };
    await expect(run(process.execPath, [program, 'mcp.example.org', 'whoami'], { env })).rejects.toMatchObject(usage);
    const down = {
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1 gave no answer\. .*\n$/),
    };
    await expect(run(process.execPath, [program, 'http://127.0.0.1:1/', 'whoami'], { env })).rejects.toMatchObject(
      down,
    );
  });

  test('is eight processes at once: one registration, one login, one token; and the same when the server forgot them', async () => {
    const { ledger } = server.authorization;
    expect(await callAll(8)).toEqual(Array(8).fill(answer('whoami of ada')));
    ledger.assertTokenRequests(1, login);
    ledger.assertTokenRequests(0, renewal);
    expect([server.registrations, visits()]).toEqual([1, 1]);

    endTokens();
    server.forgetClients();
    expect(await callAll(8)).toEqual(Array(8).fill(answer('whoami of ada')));
    ledger.assertTokenRequests(2, login);
    expect([server.registrations, visits()]).toEqual([2, 2]);
  });

  test.each(Object.keys(fetches))('by the fetch of %s goes on with calls while the server forgets it', async (name) => {
    const { ledger } = server.authorization;
    const browser = process.env['BROWSER'];
    process.env['BROWSER'] = join(folder, 'browser.cjs');
    try {
      const { fetchFor: open } = await fetches[name]!();
      const transport = { fetch: await open(server.url, new FileTokenStorage(tokens(), { perKey: true })) };
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(new StreamableHTTPClientTransport(new URL(server.url), transport));
      expect([server.registrations, visits()]).toEqual([1, 1]);
      server.forgetClients();
      server.authorization.expireAccessTokens();
      const calls = ['whoami', 'whoami', 'whoami'].map((name) => client.callTool({ name, arguments: {} }));
      for (const { content } of await Promise.all(calls)) expect(JSON.stringify(content)).toBe(answer('whoami of ada'));
      ledger.assertTokenRequests(2, login);
      expect([server.registrations, visits()]).toEqual([2, 2]);
      // A gateway that refuses by a page, or in words of its own, says nothing of the client.
      for (const fault of [faults.html(403), faults.oauthError('Unauthorized', { status: 401 })]) {
        server.authorization.expireAccessTokens();
        server.authorization.nextAnswers({ grantType: 'refresh_token' }, fault);
        const refused = client.callTool({ name: 'whoami', arguments: {} });
        await expect(refused).rejects.toBeInstanceOf(ClientRejectedError);
        expect([server.registrations, visits()]).toEqual([2, 2]);
      }
      await client.close();
    } finally {
      if (browser === undefined) delete process.env['BROWSER'];
      else process.env['BROWSER'] = browser;
    }
  });

  test('is patient with a person for whom the minute is too short that the SDK gives a request', async () => {
    const hurried = `const { setTimeout: real } = globalThis;
      const isOfSdk = () => new Error().stack.includes('/@modelcontextprotocol/');
      globalThis.setTimeout = (run, time, ...more) => real(run, time === 60_000 && isOfSdk() ? 1 : time, ...more);`;
    const preload = `data:text/javascript,${encodeURIComponent(hurried)}`;
    const passed = { code: 0, printed: answer('whoami of ada') };
    expect(await runTool('whoami', '--import', preload)).toEqual(passed);
    expect(visits()).toBe(1);
  });

  test('says by its exit code that the tool failed', async () => {
    expect(await runTool('broken')).toEqual({ code: 1, printed: answer('It failed.') });
  });

  test('ends where a tool is refused, though the server keeps a stream open', async () => {
    expect(await call('unknown')).toContain('There is no such tool.');
  });

  test('is served by what goes on after a request that is no JSON', async () => {
    await expect(fetch(server.url, { method: 'POST', body: 'x' })).rejects.toThrow();
    expect(await call('whoami')).toBe(answer('whoami of ada'));
  });

  test('is two processes that renew once', async () => {
    await call('whoami');
    endTokens();
    expect(await callAll(2)).toEqual(Array(2).fill(answer('whoami of ada')));
    server.authorization.ledger.assertTokenRequests(1, renewal);
    server.authorization.ledger.assertNoReuse();
    expect([server.registrations, visits()]).toEqual([1, 1]);
  });

  test('asks the person again for a tool that wants more', async () => {
    expect(await call('admin')).toBe(answer('admin of ada'));
    expect(await call('admin')).toBe(answer('admin of ada'));
    expect(visits()).toBe(2);
    const scopes = server.authorization.ledger.entries.filter(({ endpoint }) => endpoint === 'authorize');
    expect(scopes.map(({ parameters }) => parameters['scope'])).toEqual(['read', 'read admin']);
  });

  test('asks for tokens of this server alone, when it sends to the login and when it redeems', async () => {
    await call('whoami');
    const asked = server.authorization.ledger.entries.filter(({ endpoint }) => /^(authorize|token)$/.test(endpoint));
    expect(asked.map(({ parameters }) => parameters['resource'])).toEqual([server.url, server.url]);
  });
});

describe('the SDK’s own provider', () => {
  /** A client as a process of its own would have it. */
  async function connect(clock?: TestClock): Promise<Client> {
    const storage = asOtherProcess(new FileTokenStorage(tokens(), { perKey: true }));
    const options = await discoverResource(server.url, { client: { register: {} }, storage, clock });
    const redirect = async (start: (uri: string) => Promise<URL>): Promise<string> => {
      const page = await fetch(await start('http://127.0.0.1/callback'), { redirect: 'manual' });
      return page.headers.get('location') ?? '';
    };
    const flow = new AuthorizationCodeFlow({ ...options, redirect });
    const client = new Client({ name: 'test', version: '1' });
    const authProvider = providerOf(flow, options);
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { authProvider }));
    return client;
  }
  const whoami = (client: Client): Promise<unknown> => client.callTool({ name: 'whoami', arguments: {} });
  const owner = { content: [{ type: 'text', text: 'whoami of ada' }] };

  test('is kept by a flow: two clients log in once, and renew once what has ended', async () => {
    const clock = new TestClock();
    const clients = [await connect(clock), await connect(clock)];
    await clock.advance(3_600_000);
    for (const each of await Promise.all(clients.map(whoami))) expect(each).toMatchObject(owner);
    server.authorization.ledger.assertTokenRequests(1, login);
    server.authorization.ledger.assertTokenRequests(1, renewal);
    server.authorization.ledger.assertNoReuse();
    for (const client of clients) await client.close();
  });

  test('renews once what the server refuses: that call fails, the next ones do not', async () => {
    const clients = [await connect(), await connect()];
    server.authorization.expireAccessTokens();
    const refused = await Promise.allSettled(clients.map(whoami));
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    for (const each of await Promise.all(clients.map(whoami))) expect(each).toMatchObject(owner);
    server.authorization.ledger.assertTokenRequests(1, renewal);
    for (const client of clients) await client.close();
  });
});
