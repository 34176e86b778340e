import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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
  afterEach(async () => {
    app.kill();
    await once(app, 'exit');
  });

  test('a browser is led by the login to what the API answers, and a forged answer is refused', async () => {
    folder = await DocumentedFolder.copy(server, ['server.mjs'], { 'docs/tasks/web-back-end.md': ['app.mjs'] });
    const [port] = await freePorts(1);
    const variables = { PORT: String(port), REDIS_URL: redis.url, MY_WEB_APP_SECRET: 'any' };
    app = spawn(process.execPath, ['--env-file=server.env', 'app.mjs'], {
      cwd: folder.path,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(app.stdout!, 'data')) as [Buffer];
    const home = printed.toString().trim();
    const get = (url: string, cookie = '') => fetch(url, { redirect: 'manual', headers: { cookie } });

    const started = await get(home);
    const [cookie = ''] = started.headers.getSetCookie().map((each) => each.split(';')[0]);
    const approved = await get(started.headers.get('location')!);
    const answer = approved.headers.get('location')!;
    expect(new URL(answer).origin).toBe(home);
    expect((await get(`${home}/callback?code=c&state=forged`, cookie)).status).toBe(400);
    // The state was good for one answer, which the forged one has used up.
    expect((await get(answer, cookie)).status).toBe(400);

    const again = await get(`${home}/login`);
    const [session = ''] = again.headers.getSetCookie().map((each) => each.split(';')[0]);
    const { headers } = await get(again.headers.get('location')!);
    const prefetch = { cookie: session, 'sec-purpose': 'prefetch' };
    expect((await fetch(headers.get('location')!, { headers: prefetch })).status).toBe(503);
    expect((await get(headers.get('location')!, session)).headers.get('location')).toBe('/');
    expect(await (await get(home, session)).json()).toMatchObject({ sub: 'ada' });
    expect((await get(`${home}/favicon.ico`)).status).toBe(404);
    expect((await get(`${home}//`)).status).toBe(404); // which is no URL by itself
    expect(await (await get(home, session)).json()).toMatchObject({ sub: 'ada' });
  });
});
