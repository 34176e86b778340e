import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { IdentityProvider } from '../dist/identity-provider/identity-provider.js';
import { ScriptedBrowser } from '../dist/identity-provider/scripted-browser.js';
import { RoundRobin } from '../dist/isogeo/twin/round-robin.js';

const program = fileURLToPath(new URL('../dist/isogeo/user.js', import.meta.url));
const client = { client_id: 'user-app', client_secret: 'a secret of the user app' };

let folder: string;
let front: RoundRobin;
let server: IdentityProvider;
let api: Server;
let children: ChildProcess[];
let ports: number[];
let browser: ScriptedBrowser;
/** What the authorization server waits for before it answers to a code. */
let patience: () => Promise<unknown>;

/** Two processes of the service behind a load balancer, a real authorization server, and an API that asks it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-isogeo-'));
  front = await RoundRobin.start();
  const redirectUri = `${front.url}/login/callback`;
  const grants = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [redirectUri] };
  patience = () => Promise.resolve();
  const likeIsogeo = { scopes: ['resources:read'], issueRefreshToken: () => patience().then(() => true) };
  server = await IdentityProvider.start({ ...client, ...grants }, likeIsogeo);
  api = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    void server.provider.AccessToken.find(token).then((found) => {
      response.writeHead(found ? 200 : 401).end(JSON.stringify({ accountId: found?.accountId }));
    });
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const endpoints = { auth_uri: `${server.issuer}/auth`, token_uri: `${server.issuer}/token` };
  const installed = { ...client, ...endpoints, redirect_uris: [redirectUri], scopes: ['resources:read'] };
  writeFileSync(join(folder, 'client_secrets.json'), JSON.stringify({ installed }));
  children = [startService(), startService()];
  ports = await Promise.all(children.map(portOf));
  front.targets.push(...ports);
  browser = new ScriptedBrowser(AbortSignal.timeout(120_000));
});

afterEach(async () => {
  await Promise.all(children.map((child) => end(child)));
  const closed = once(api, 'close');
  api.close();
  api.closeAllConnections();
  await Promise.all([closed, front[Symbol.asyncDispose](), server[Symbol.asyncDispose]()]);
  rmSync(folder, { recursive: true });
});

function startService(): ChildProcess {
  const { port } = api.address() as AddressInfo;
  const env = { ...process.env, DATA: join(folder, 'data'), PORT: '0', ISOGEO_API_URL: `http://127.0.0.1:${port}` };
  return spawn(process.execPath, [program], { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: stdout! })) return Number(/\d+/.exec(line)?.[0]);
  throw new Error('The service did not start.');
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Waits until nobody listens at a port any more. */
async function closed(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch {
      return;
    } finally {
      socket.destroy();
    }
  }
}

/** The names of the files with tokens. */
function tokenFiles(): string[] {
  return readdirSync(join(folder, 'data', 'tokens')).filter((name) => name.endsWith('.json'));
}

interface Stored {
  readonly access_token: string;
  readonly refresh_token: string;
}

function storedTokens(): Stored {
  return JSON.parse(readFileSync(join(folder, 'data', 'tokens', tokenFiles()[0]!), 'utf8')) as Stored;
}

async function me(): Promise<unknown> {
  return JSON.parse(await browser.open(new URL(`${front.url}/me`)));
}

describe('A login that one process begins and another ends (A4)', () => {
  test('stores the tokens, with which either process calls the API', async () => {
    const { href } = await browser.approve(`${front.url}/login`);
    expect(href).toBe(`${front.url}/me`);
    const [one, two] = ports;
    expect(front.answered).toEqual([`${one} GET /login`, `${two} GET /login/callback`, `${one} GET /me`]);
    expect(tokenFiles()).toHaveLength(1);
    expect(statSync(join(folder, 'data', 'tokens', tokenFiles()[0]!)).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'data', 'logins'))).toEqual([]);
    expect(await me()).toEqual({ accountId: 'ada' });
    expect(await me()).toEqual({ accountId: 'ada' });
    expect(server.ledger.renewals).toBe(0);
  });

  test('ends in one renewal when both processes find their token refused at once', async () => {
    await browser.approve(`${front.url}/login`);
    await me(); // now both hold it in memory
    const before = storedTokens();
    await (await server.provider.AccessToken.find(before.access_token))?.destroy();
    expect(await Promise.all([me(), me(), me(), me()])).toEqual(Array(4).fill({ accountId: 'ada' }));
    expect(server.ledger).toMatchObject({ renewals: 1, reuses: 0 });
    expect(storedTokens().refresh_token).not.toBe(before.refresh_token);
  });

  test('redeems the code once when the browser comes back to both at once', async () => {
    const login = await fetch(`${front.url}/login`, { redirect: 'manual' });
    const headers = { cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '' };
    const page = new ScriptedBrowser(AbortSignal.timeout(120_000), { stopAt: `${front.url}/login/callback` });
    const { href } = await page.approve(login.headers.get('location') ?? '');
    let redeemed = 0;
    server.provider.on('grant.success', () => redeemed++);
    const prefetch = { ...headers, 'sec-purpose': 'prefetch' };
    expect((await fetch(href, { headers: prefetch, redirect: 'manual' })).status).toBe(503);
    const comeBack = (): Promise<Response> => fetch(href, { headers, redirect: 'manual' });
    const answers = await Promise.all([comeBack(), comeBack(), comeBack(), comeBack()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([302, 400, 400, 400]);
    expect(redeemed).toBe(1);
    const [cookie = ''] = answers.flatMap((each) => each.headers.getSetCookie()).map((each) => each.split(';')[0]);
    expect(await (await fetch(`${front.url}/me`, { headers: { cookie } })).json()).toEqual({ accountId: 'ada' });
  });

  test('gives the browser another session at its end, which whoever began it does not know', async () => {
    const begun = await fetch(`${front.url}/login`, { redirect: 'manual' });
    const planted = { cookie: begun.headers.get('set-cookie')?.split(';')[0] ?? '' };
    const page = new ScriptedBrowser(AbortSignal.timeout(120_000), { stopAt: `${front.url}/login/callback` });
    const { href } = await page.approve(begun.headers.get('location') ?? '');
    const ended = await fetch(href, { headers: planted, redirect: 'manual' });
    const known = await fetch(`${front.url}/me`, { headers: planted, redirect: 'manual' });
    expect([known.status, known.headers.get('location')]).toEqual([302, '/login']);
    const cookie = ended.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await (await fetch(`${front.url}/me`, { headers: { cookie } })).json()).toEqual({ accountId: 'ada' });
  });

  test('is told to the browser when its process has to stop meanwhile', async () => {
    const begun = await fetch(`${front.url}/login`, { redirect: 'manual' });
    const headers = { cookie: begun.headers.get('set-cookie')?.split(';')[0] ?? '' };
    const page = new ScriptedBrowser(AbortSignal.timeout(120_000), { stopAt: `${front.url}/login/callback` });
    const { href } = await page.approve(begun.headers.get('location') ?? '');
    const gate = new EventEmitter();
    patience = () => {
      const released = once(gate, 'released');
      gate.emit('arrived');
      return released;
    };
    const stopMeanwhile = async (): Promise<void> => {
      await once(gate, 'arrived');
      const ended = end(children[1]!);
      await closed(ports[1]!);
      gate.emit('released');
      await ended;
    };
    const [answer] = await Promise.all([fetch(href, { headers, redirect: 'manual' }), stopMeanwhile()]);
    front.targets.pop();
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await (await fetch(`${front.url}/me`, { headers: { cookie } })).json()).toEqual({ accountId: 'ada' });
  });

  test('is undone by a logout', async () => {
    await browser.approve(`${front.url}/login`);
    const headers = { cookie: browser.cookiesFor(new URL(front.url)) };
    const answer = await fetch(`${front.url}/logout`, { method: 'POST', headers });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^session=; .*Max-Age=0/),
    ]);
    expect(tokenFiles()).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('goes on after the processes have ended well by %s', async (signal) => {
    await browser.approve(`${front.url}/login`);
    await Promise.all(children.map((child) => end(child, signal)));
    expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    children = [startService()];
    front.targets.splice(0, 2, await portOf(children[0]!));
    expect(await me()).toEqual({ accountId: 'ada' });
  });
});

describe('A login that fails at the service (A4)', () => {
  const callback = (query: string): Promise<Response> =>
    fetch(`${front.url}/login/callback?${query}`, { headers: { cookie }, redirect: 'manual' });
  let cookie: string;
  let login: URL;

  beforeEach(async () => {
    const answer = await fetch(`${front.url}/login`, { redirect: 'manual' });
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    login = new URL(answer.headers.get('location') ?? '');
  });

  test('by another state is refused', async () => {
    const answer = await callback('code=stolen&state=made-up');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ name: 'StateMismatchError', code: 'STATE_MISMATCH' });
  });

  test('because the person declines is told so', async () => {
    const page = new ScriptedBrowser(AbortSignal.timeout(120_000), { stopAt: `${front.url}/login/callback` });
    const { search } = await page.decline(login.href);
    const answer = await callback(search.slice(1));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ name: 'AuthorizationError', code: 'AUTHORIZATION_DENIED' });
  });

  test('in the browser of somebody else is refused', async () => {
    const page = new ScriptedBrowser(AbortSignal.timeout(120_000), { stopAt: `${front.url}/login/callback` });
    const { search } = await page.approve(login.href);
    cookie = 'session=another';
    expect(await (await callback(search.slice(1))).json()).toMatchObject({ code: 'STATE_MISMATCH' });
  });

  afterEach(async () => {
    expect(tokenFiles()).toEqual([]);
    const answer = await fetch(`${front.url}/me`, { headers: { cookie }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login']);
  });
});
