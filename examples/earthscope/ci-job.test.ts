import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeAuthorizationServer } from '@latchkey/core/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EarthscopeHome } from '../dist/earthscope/earthscope-home.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';

const program = join(import.meta.dirname, '../dist/earthscope/ci-job.js');

let server: FakeAuthorizationServer;
let home: EarthscopeHome;
let given: string;

beforeEach(async () => {
  server = await startTwin({ rotation: 'rotate' });
  home = new EarthscopeHome(server.issuer);
  const login = { grant_type: 'password', client_id: 'cli', username: 'ada', password: 'pw' };
  const answer = await fetch(server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(login) });
  ({ refresh_token: given } = (await answer.json()) as { refresh_token: string });
  server.ledger.clear();
});

afterEach(async () => {
  home[Symbol.dispose]();
  await server.stop();
});

/** Each token was presented once, the given one first and then what had replaced it. */
function expectChain(length: number): void {
  const requests = server.ledger.tokenRequests;
  expect(requests.map(({ grantType, outcome }) => [grantType, outcome])).toEqual(
    Array.from({ length }, () => ['refresh_token', 'issued']),
  );
  const issued = requests.map((request) => request.issued?.refreshToken);
  expect(requests.map(({ refreshToken }) => refreshToken)).toEqual([given, ...issued.slice(0, -1)]);
  server.ledger.assertEachPresentedOnce();
  server.ledger.assertNoReuse();
}

describe('A machine that has only a refresh token in its environment, at a server that rotates (A10)', () => {
  test('succeeds in three processes one after the other, each with the token that the one before left', async () => {
    const file = join(home.folder, 'job.json');
    const env = { CLIENT_ID: 'cli', TOKENS: file, REFRESH_TOKEN: given };
    for (let run = 1; run <= 3; run++) {
      const { code, out, err } = await home.run('ci-job.js', [], env);
      expect({ run, code, err }).toEqual({ run, code: 0, err: '' });
      expect(out).toMatch(/good for 28\d{3} s/);
      expectChain(run);
      home.expire(file);
    }
    expect(readFileSync(file, 'utf8')).not.toContain(given);
  });

  test('makes no request while the token of the run before is good', async () => {
    const env = { CLIENT_ID: 'cli', TOKENS: join(home.folder, 'job.json'), REFRESH_TOKEN: given };
    for (let run = 1; run <= 3; run++) expect(await home.run('ci-job.js', [], env)).toMatchObject({ code: 0 });
    expectChain(1);
  });

  test('presents each token once, also when several processes start at the same time', async () => {
    const file = join(home.folder, 'job.json');
    const env = { CLIENT_ID: 'cli', TOKENS: file, REFRESH_TOKEN: given };
    for (let run = 1; run <= 2; run++) {
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => home.run('ci-job.js', [], env)));
      expect(outcomes.map(({ code, err }) => ({ code, err }))).toEqual(outcomes.map(() => ({ code: 0, err: '' })));
      expectChain(run);
      home.expire(file);
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('leaves a good token when it is cancelled by %s', async (signal) => {
    const env = { CLIENT_ID: 'cli', TOKENS: join(home.folder, 'job.json'), REFRESH_TOKEN: given };
    const gate = server.hold({ grantType: 'refresh_token', processed: true });
    const all = { ...process.env, ISSUER: server.issuer, ...env };
    const child = spawn(process.execPath, [program], { env: all, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await gate.arrived;
    child.kill(signal);
    gate.release();
    expect((await ended)[0]).toBeGreaterThan(128);
    expect(await home.run('ci-job.js', [], env)).toMatchObject({ code: 0 });
    expectChain(1);
  });

  test('without a file that outlives the process, the second one presents a spent token', async () => {
    const env = { CLIENT_ID: 'cli', REFRESH_TOKEN: given };
    const [first, second] = ['first.json', 'second.json'].map((name) => ({ ...env, TOKENS: join(home.folder, name) }));
    expect(await home.run('ci-job.js', [], first!)).toMatchObject({ code: 0 });
    expect(await home.run('ci-job.js', [], second!)).toMatchObject({ code: 1 });
    expect(server.ledger.reuses).toBe(1);
  });

  test('on the command line, the variable of a profile will do', async () => {
    const env = { ES_OAUTH2__REFRESH_TOKEN: given };
    for (let run = 1; run <= 3; run++) {
      const { code, out } = await home.es(['token'], env);
      expect({ run, code, out }).toEqual({
        run,
        code: 0,
        out: server.ledger.tokenRequests.at(-1)?.issued?.accessToken,
      });
      expectChain(run);
      home.expire();
    }
  });

  test('without the variable, the job names it', async () => {
    const env = { CLIENT_ID: 'cli', TOKENS: join(home.folder, 'job.json') };
    const { code, err } = await home.run('ci-job.js', [], env);
    expect(code).toBe(1);
    expect(err).toContain('REFRESH_TOKEN');
    server.ledger.assertTokenRequests(0);
  });
});
