import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { encryption } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { keychainKey } from '../dist/keychain/keychain-key.js';
import { SecretService } from '../dist/keychain/secret-service.js';
import { describeKeychain, describeLinux } from '../selection.js';

const program = join(import.meta.dirname, '../dist/keychain/main.js');
const { DBUS_SESSION_BUS_ADDRESS: _usual, ...env } = process.env;

/** Eight programs over one file, whose key is where `address` says, or in a file. */
function describeProcesses(find: () => { folder: string; address: string; whenMissing: 'fail' | 'file' }): void {
  let server: FakeAuthorizationServer;
  let children: ChildProcess[];
  beforeEach(async () => {
    server = await FakeAuthorizationServer.start({ rotation: 'rotate', deviceLogins: 'approved', deviceInterval: 1 });
    children = [];
  });
  afterEach(async () => {
    for (const child of children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await server.stop();
  });

  /** What a program prints that reads so many lines. */
  async function run(calls: number, ...args: string[]): Promise<string[]> {
    const { folder, address: DBUS_SESSION_BUS_ADDRESS, whenMissing: WHEN_MISSING } = find();
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...env, ISSUER: server.issuer, FOLDER: folder, WHEN_MISSING, DBUS_SESSION_BUS_ADDRESS },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    children.push(child);
    child.stdin.end('\n'.repeat(calls));
    const answers: string[] = [];
    for await (const line of createInterface(child.stdout)) answers.push(line);
    return answers.slice(answers.indexOf('ready') + 1);
  }

  /** Lets the stored token be one that has ended. */
  async function endToken(): Promise<void> {
    const { folder, address, whenMissing } = find();
    const usual = process.env['DBUS_SESSION_BUS_ADDRESS'];
    process.env['DBUS_SESSION_BUS_ADDRESS'] = address;
    const file = join(folder, 'key.json');
    const codec = encryption(await keychainKey({ service: 'my-cli', account: folder, file, whenMissing }));
    if (usual === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS'];
    else process.env['DBUS_SESSION_BUS_ADDRESS'] = usual;
    const tokens = join(folder, 'tokens.json');
    const text = readFileSync(tokens, 'utf8');
    const { latchkey } = JSON.parse(text) as { latchkey: { key: string; generation: number } };
    const record = (await codec.open(text, latchkey)).replace(/"expires_at":\d+/, '"expires_at":1000000000');
    writeFileSync(tokens, await codec.seal(record, { key: latchkey.key, generation: latchkey.generation }));
  }

  test('log in by one key, and renew once for a hundred callers in each of eight', async () => {
    const first = await Promise.all(Array.from({ length: 8 }, () => run(1, 'login')));
    const logins = first.flat();
    expect([logins.length, logins.filter((line) => /^at/.test(line)).length]).toEqual([8, 8]);
    await endToken();
    server.ledger.clear();
    const tokens = (await Promise.all(Array.from({ length: 8 }, () => run(100)))).flat();
    expect([tokens.length, new Set(tokens).size]).toEqual([800, 1]);
    server.ledger.assertTokenRequests(1);
    server.ledger.assertNoReuse();
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-keychain-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describeLinux('Processes whose key is in a file', () => {
  describeProcesses(() => ({ folder, address: `unix:path=${folder}/no-bus`, whenMissing: 'file' }));
});

describeKeychain('Processes whose key is in the Secret Service', () => {
  let service: SecretService;
  beforeEach(async () => {
    service = await SecretService.start({ folder });
  });
  afterEach(() => service[Symbol.asyncDispose]());
  describeProcesses(() => ({ folder, address: service.address, whenMissing: 'fail' }));
});
