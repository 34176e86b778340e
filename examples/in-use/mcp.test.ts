import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, connectByProvider } from '../dist/in-use/mcp.js';

const program = join(import.meta.dirname, '../dist/in-use/mcp-tools.js');
const renewal = { grantType: 'refresh_token' };

let folder: string;
let server: FakeAuthorizationServer;
let mcp: Server;
let address: string;
let children: ChildProcess[];
/** How often the MCP server refused a token. */
let refusals: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-mcp-'));
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 0.01 });
  mcp = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(mcp, 'listening');
  address = `http://127.0.0.1:${(mcp.address() as AddressInfo).port}/mcp`;
  children = [];
  refusals = 0;
});

afterEach(async () => {
  for (const child of children.filter(({ exitCode }) => exitCode === null)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  mcp.closeAllConnections();
  mcp.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** A small MCP server, which lets the authorization server say whose token it is. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = { authorization: request.headers.authorization ?? '' };
  const owner = await fetch(server.api, { headers });
  if (owner.status !== 200) {
    refusals++;
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
  } else if (request.method !== 'POST') {
    response.writeHead(405).end();
  } else {
    const { id, method, params } = (await json(request)) as {
      id?: number;
      method: string;
      params?: { protocolVersion: string };
    };
    const { sub } = (await owner.json()) as { sub: string };
    const results: Readonly<Record<string, object>> = {
      initialize: {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'fake', version: '1' },
      },
      'tools/call': { content: [{ type: 'text', text: sub }] },
    };
    const outcome = results[method] ? { result: results[method] } : { error: { code: -32601, message: 'Unknown.' } };
    if (id === undefined) response.writeHead(202).end();
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }));
  }
}

function createFlow(): DeviceCodeFlow {
  return new DeviceCodeFlow({
    issuer: server.issuer,
    clientId: 'cli',
    scope: 'offline_access',
    storage: new FileTokenStorage(join(folder, 'tokens.json')),
    allowedOrigins: [new URL(address).origin],
    promptUser: () => undefined,
  });
}

/** Starts the program, and waits until it is connected. */
async function start(...args: string[]): Promise<{ child: ChildProcess; lines: Interface }> {
  const places = { ISSUER: server.issuer, CLIENT_ID: 'cli', TOKENS: join(folder, 'tokens.json'), MCP_SERVER: address };
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...places },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout);
  expect(await line(lines)).toBe('ready');
  return { child, lines };
}

async function line(lines: Interface): Promise<string> {
  const [text] = (await once(lines, 'line')) as [string];
  return text;
}

describe('an MCP client with the token of a flow', () => {
  test('calls a tool, and renews a token that the server refuses once', async () => {
    const flow = createFlow();
    await flow.doFlow();
    const client = await connect(flow, address);
    const call = async (): Promise<unknown> => (await client.callTool({ name: 'whoami', arguments: {} })).content;
    expect(await call()).toEqual([{ type: 'text', text: 'ada' }]);
    server.expireAccessTokens();
    const answers = await Promise.all([call(), call(), call()]);
    expect(answers).toEqual(Array(3).fill([{ type: 'text', text: 'ada' }]));
    server.ledger.assertTokenRequests(1, renewal);
    await client.close();
  });

  test('by an OAuth provider calls a tool, and renews a token that the server refuses', async () => {
    const flow = createFlow();
    await flow.doFlow();
    const client = await connectByProvider(flow, address);
    server.expireAccessTokens();
    const { content } = await client.callTool({ name: 'whoami', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'ada' }]);
    server.ledger.assertTokenRequests(1, renewal);
    await client.close();
  });

  test.each(['fetch', 'provider'])(
    'shares its login with another process, so that two renew once: by %s',
    async (how) => {
      await createFlow().doFlow();
      const processes = await Promise.all([start(how), start(how)]);
      server.expireAccessTokens();
      const first = server.hold(renewal);
      const answers = Promise.all(processes.map(({ lines }) => line(lines)));
      for (const { child } of processes) child.stdin?.write('\n');
      await first.arrived;
      while (refusals < 2) await pause(5);
      await pause(1000); // without the lock, long enough for the second to ask too
      first.release();
      expect(await answers).toEqual(Array(2).fill('[{"type":"text","text":"ada"}]'));
      server.ledger.assertTokenRequests(1, renewal);
      server.ledger.assertNoReuse();
    },
  );
});
