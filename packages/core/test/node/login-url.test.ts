import { afterEach, describe, expect, test } from '@jest/globals';
import { loopbackRedirect } from '@latchkey/core/node';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ownersOf } from '../../src/node/login/peer-user.js';
import { visit } from './browser.js';
import { authorizationUrl } from './loopback-scene.js';
import { written } from './written-files.js';

const cleanUp: (() => unknown)[] = [];
const { BROWSER } = process.env;
afterEach(async () => {
  if (BROWSER === undefined) delete process.env['BROWSER'];
  else process.env['BROWSER'] = BROWSER;
  for (const task of cleanUp.splice(0)) await task();
});

/** Logs in with a browser that notes its arguments and shows nothing; returns them. */
async function argumentsOfBrowser(): Promise<string> {
  const script = written('browser', '#!/bin/sh\nprintf "%s" "$*" > "$0.part" && mv "$0.part" "$0.called"\n');
  chmodSync(script, 0o700);
  process.env['BROWSER'] = script;
  const end = new AbortController();
  const done = loopbackRedirect({ showUrl: () => undefined })(async () => authorizationUrl, {
    redirectUri: undefined,
    signal: end.signal,
  });
  done.catch(() => undefined);
  cleanUp.push(() => (end.abort(), done.catch(() => undefined)));
  const called = join(dirname(script), 'browser.called');
  for (let waited = 0; !existsSync(called) && waited < 500; waited++) await sleep(10);
  return readFileSync(called, 'utf8');
}

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
if (!isRoot) console.warn('Left out: arguments as another user sees them; run as root on Linux.');
const testAsRoot = isRoot ? test : test.skip;

describe('the URL of a login', () => {
  test('is not among the arguments of the browser, but where these lead to, once', async () => {
    const entry = await argumentsOfBrowser();
    expect(entry).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/);
    expect((await visit(entry, { method: 'HEAD' })).status).toBe(405);
    expect((await visit(entry, { headers: { 'sec-fetch-dest': 'image' } })).status).toBe(403);
    expect((await visit(entry, { headers: { host: 'evil.example' } })).status).toBe(421);
    expect((await visit(`${entry}x`)).status).toBe(404);
    const { status, headers, body } = await visit(entry);
    expect([status, headers.location, headers['referrer-policy'], headers['cache-control'], body]).toEqual([
      303,
      authorizationUrl.href,
      'no-referrer',
      'no-store',
      '',
    ]);
    const again = await visit(entry);
    expect([again.status, again.headers.location]).toEqual([410, undefined]);
  });

  testAsRoot('is given to no other user of the machine', async () => {
    const entry = await argumentsOfBrowser();
    const program = `fetch(process.argv[1], { redirect: 'manual' }).then((a) => console.log(a.status, a.headers.get('location')))`;
    const ask = async (user: object): Promise<string> => {
      const env = { PATH: process.env['PATH'] };
      const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program, entry], {
        cwd: '/',
        env,
        ...user,
      });
      return stdout.trim();
    };
    expect(await ask({ uid: 65_534, gid: 65_534 })).toBe('403 null');
    expect(await ask({})).toBe(`303 ${authorizationUrl.href}`);
  });
});

describe('the owner of the other end of a connection', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0 20 4 30 10 -1
   3: 0100007F:0050 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 4 1 0 20 4 30 10 -1
`;

  test('is read from the row that goes the other way', () => {
    expect(ownersOf({ localPort: 8080, remotePort: 50_000 }, table)).toEqual([1001]);
    expect(ownersOf({ localPort: 8080, remotePort: 80 }, table)).toEqual([1002]);
    expect(ownersOf({ localPort: 8080, remotePort: 50_001 }, table)).toEqual([]);
    expect(ownersOf({ localPort: 8080, remotePort: 50_000 }, '')).toEqual([]);
  });
});
