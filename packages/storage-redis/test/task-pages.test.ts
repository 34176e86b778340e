import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DocumentedFolder } from '../../core/test/scenes/documented-folder.js';
import { freePorts } from './free-port.js';
import { RedisServer } from './redis-server.js';

const server = 'docs/getting-started.md';
let redis: RedisServer;
let folder: DocumentedFolder;

beforeEach(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await redis.kill();
});

describe('docs/tasks/ci.md, as its last commands have it', () => {
  test('a person makes the first refresh token, and two jobs share what Redis keeps', async () => {
    folder = await DocumentedFolder.copy(server, ['server.mjs'], {
      'docs/tasks/ci.md': ['first-token.mjs', 'job.mjs'],
    });
    const node = 'node --env-file=server.env';
    const { stdout: given } = await folder.run(`${node} first-token.mjs`);
    expect(given).toMatch(/^rt_\S+\n$/);
    const job = `REDIS_URL=${redis.url} NIGHTLY_REFRESH_TOKEN=${given.trim()} ${node} job.mjs`;
    const first = await folder.run(job);
    expect(first.stdout).toMatch(/^200 \d{4}-/);
    expect((await folder.run(job)).stdout).toBe(first.stdout);
  });
});

describe('docs/tasks/web-back-end.md, as its commands have it', () => {
  let app: ChildProcess;
  const get = (url: string, cookie = '') => fetch(url, { redirect: 'manual', headers: { cookie } });
  const cookieOf = ({ headers }: Response) => headers.getSetCookie()[0]?.split(';')[0] ?? '';

  beforeEach(async () => {
    folder = await DocumentedFolder.copy(server, ['server.mjs'], { 'docs/tasks/web-back-end.md': ['app.mjs'] });
  });
  afterEach(async () => {
    app.kill();
    await once(app, 'exit');
  });

  /** Starts the app, and returns where it is. */
  async function start(more: Readonly<Record<string, string>> = {}): Promise<string> {
    const [port] = await freePorts(1);
    const variables = { PORT: String(port), REDIS_URL: redis.url, MY_WEB_APP_SECRET: 'any', ...more };
    app = spawn(process.execPath, ['--env-file=server.env', 'app.mjs'], {
      cwd: folder.path,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(app.stdout!, 'data')) as [Buffer];
    return printed.toString().trim();
  }

  /** Logs in, and returns the cookie before and after. */
  async function logIn(home: string): Promise<[before: string, after: string]> {
    const begun = await get(`${home}/login`);
    const { headers } = await get(begun.headers.get('location')!);
    const answer = headers.get('location')!;
    const prefetch = { cookie: cookieOf(begun), 'sec-purpose': 'prefetch' };
    expect((await fetch(answer, { headers: prefetch })).status).toBe(503);
    const ended = await get(answer, cookieOf(begun));
    expect(ended.headers.get('location')).toBe('/');
    return [cookieOf(begun), cookieOf(ended)];
  }

  test('a browser is led by the login to what the API answers, and a forged answer is refused', async () => {
    const home = await start();
    const started = await get(home);
    const cookie = cookieOf(started);
    const approved = await get(started.headers.get('location')!);
    const answer = approved.headers.get('location')!;
    expect(new URL(answer).origin).toBe(home);
    expect((await get(`${home}/callback?code=c&state=forged`, cookie)).status).toBe(400);
    // The session was good for one answer, which the forged one has used up: another login begins.
    expect((await get(answer, cookie)).headers.get('location')).toContain('client_id=');

    const [, session] = await logIn(home);
    expect((await get(`${home}/callback?code=c&state=forged`, session)).status).toBe(400); // a link of anybody's
    const shown = await get(home, session);
    expect(await shown.json()).toMatchObject({ sub: 'ada' });
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': expect.stringContaining('application/json'),
      'content-security-policy': 'sandbox', // what is written into the API is no page of the app
      'x-content-type-options': 'nosniff',
    });
    expect((await get(`${home}/favicon.ico`)).status).toBe(404);
    expect((await get(`${home}//`)).status).toBe(404); // which is no URL by itself
    // The cookies of one host are of all its ports.
    expect(await (await get(home, `connect.sid=s%3Aabc; ${session}`)).json()).toMatchObject({ sub: 'ada' });
  });

  test('whoever knows the cookie that began a login is not logged in by it', async () => {
    const home = await start();
    const [planted, session] = await logIn(home);
    expect((await get(home, planted)).status).toBe(302);
    expect((await get(home, session)).status).toBe(200);
  });

  test('what the API refuses is no success', async () => {
    const [, issuer = ''] = /^ISSUER=(.*)$/m.exec(readFileSync(join(folder.path, 'server.env'), 'utf8')) ?? [];
    const home = await start({ API: `${issuer}/nowhere` });
    const [, session] = await logIn(home);
    expect((await get(home, session)).status).toBe(404);
  });
});
