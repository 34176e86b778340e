import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { keysFor, ProtocolsHome, startServer } from '../dist/credential-protocols/protocols-home.js';

const role = 'arn:aws:iam::123456789012:role/reader';

let home: ProtocolsHome;

beforeEach(async () => {
  home = await ProtocolsHome.start();
});
afterEach(() => home[Symbol.asyncDispose]());

test.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('%s in the middle of a renewal costs no login', async (signal) => {
  await home.logIn();
  home.setSecondsLeft(-1);
  const gate = home.server.hold({ grantType: 'refresh_token', processed: true });
  const child = spawn(process.execPath, [home.file('kubectl')], { env: home.env, cwd: home.folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await gate.arrived;
  child.kill(signal); // as a terminal does to all of kubectl
  gate.release();
  expect((await ended)[0]).not.toBeNull(); // the signal has not ended it
  expect((await home.program('kubectl')).code).toBe(0);
  expect(home.renewals).toBe(1);
  home.server.ledger.assertNoReuse();
});

test('keys of AWS are kept apart for two logins that two servers call by one name', async () => {
  const other = await startServer();
  try {
    const given = { given: 0 };
    home.stsAnswer = keysFor(3600, given);
    await home.logIn();
    await home.logIn(other); // ada, too
    expect(JSON.parse((await home.program('aws', [role])).out).AccessKeyId).toBe('ASIA1');
    const { out } = await home.program('aws', [role], '', { ISSUER: other.issuer });
    expect(JSON.parse(out).AccessKeyId).toBe('ASIA2');
    expect(given.given).toBe(2);
  } finally {
    await other.stop();
  }
});
