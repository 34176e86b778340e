import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/demo/main.js', import.meta.url));

let temporary: string;
let running: RunningDemo | undefined;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'latchkey-test-of-demo-'));
});

afterEach(async () => {
  await running?.kill();
  rmSync(temporary, { recursive: true });
});

/** The demo as a process, with a process group and a folder for temporary files of its own. */
class RunningDemo {
  output = '';
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #heard: () => void = () => undefined;

  constructor(args: readonly string[]) {
    this.#process = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#ended = once(this.#process, 'close');
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#heard();
      });
    }
  }

  async untilItSays(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      const heard = new Promise<void>((resolve) => (this.#heard = resolve));
      const ended = this.#ended.then(() => Promise.reject(new Error(`The demo ended without it: ${this.output}`)));
      await Promise.race([heard, ended]);
    }
  }

  interrupt(): void {
    this.#process.kill('SIGINT');
  }

  async exitCode(): Promise<unknown> {
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  /** Whether any process of the demo is left, itself or one that it started. */
  get lives(): boolean {
    try {
      return process.kill(-this.#process.pid!, 0);
    } catch {
      return false;
    }
  }

  async kill(): Promise<void> {
    if (this.lives) process.kill(-this.#process.pid!, 'SIGKILL');
    await this.#ended;
  }
}

function start(...args: string[]): RunningDemo {
  return (running = new RunningDemo(args));
}

function expectNothingLeft(demo: RunningDemo): void {
  expect(readdirSync(temporary)).toEqual([]);
  expect(demo.lives).toBe(false);
}

describe('npm run demo', () => {
  test('shows with --auto that each step holds, and leaves nothing behind', async () => {
    const demo = start('--auto');
    expect(await demo.exitCode()).toBe(0);
    const [, table = ''] = demo.output.split('\nSummary\n');
    expect(table.match(/ ok *$/gm)?.length).toBe(10);
    expect(table).toMatch(/^ *200 callers +200 times the new token \w{8} +ok$/m);
    expect(table).toMatch(/^ *its requests, seen by the server +0 +ok$/m);
    expect(table).toMatch(/^ *renewals, seen by the server +1 +ok$/m);
    expect(table).toMatch(/Each step held\.\s*$/);
    const tooLong = demo.output.split('\n').filter((line) => line.length > 80 && !line.trim().startsWith(temporary));
    expect(tooLong).toEqual([]);
    expect(demo.output).not.toMatch(/[▀▄█]/); // no code for a telephone, which cannot reach this machine
    expectNothingLeft(demo);
  });

  test('needs no option without a terminal, and prints neither tokens nor warnings', async () => {
    const demo = start();
    expect(await demo.exitCode()).toBe(0);
    expect(demo.output).not.toMatch(/eyJ|[\w-]{30,}|warning|notice/i);
  });

  test('runs on a real server by --issuer, and prints no secret of it', async () => {
    await using server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
    const demo = start('--issuer', server.issuer, '--client-id', 'app', '--scope', 'openid offline_access');
    expect(await demo.exitCode()).toBe(0);
    expect(demo.output).toMatch(/renewals, by the flows' events +1 +ok/);
    server.ledger.assertTokenRequests(1, { grantType: 'refresh_token' });
    expect(server.ledger.count({ endpoint: 'revoke' })).toBeGreaterThan(0);
    expect(server.secrets.length).toBeGreaterThan(3);
    for (const secret of server.secrets) expect(demo.output).not.toContain(secret);
  });

  test('fails when a step does not hold', async () => {
    await using server = await FakeAuthorizationServer.start({
      deviceLogins: 'approved',
      deviceInterval: 1,
      givesRefreshToken: () => false,
    });
    const demo = start('--issuer', server.issuer, '--client-id', 'app');
    expect(await demo.exitCode()).toBe(1);
    expect(demo.output).toMatch(/200 callers +.* FAILED/);
    expectNothingLeft(demo);
  });

  test('cleans up when it is interrupted while it waits for a person', async () => {
    await using server = await FakeAuthorizationServer.start();
    const demo = start('--issuer', server.issuer, '--client-id', 'app');
    await demo.untilItSays('waiting, ');
    expect(readdirSync(temporary)).toHaveLength(1);
    demo.interrupt();
    expect(await demo.exitCode()).toBe(130);
    expectNothingLeft(demo);
  });

  test('cleans up when it is interrupted while its processes renew', async () => {
    await using server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
    const gate = server.hold({ grantType: 'refresh_token' });
    const demo = start('--issuer', server.issuer, '--client-id', 'app');
    await gate.arrived;
    demo.interrupt();
    expect(await demo.exitCode()).toBe(130);
    expectNothingLeft(demo);
  });

  test.each([
    [['--colour'], /Unknown option '--colour'/],
    [['--issuer', 'https://login.example.org'], /--issuer needs a --client-id/],
    [['--issuer', 'http://login.example.org', '--client-id', 'app'], /neither an https: URL nor on loopback/],
    [['--audience', 'https://api.example.org'], /--audience is for a real authorization server/],
    [['--auto', '--issuer', 'https://login.example.org', '--client-id', 'app'], /leave out --auto or --issuer/],
  ])('says what is wrong with %j', async (args, message) => {
    const demo = start(...args);
    expect(await demo.exitCode()).toBe(2);
    expect(demo.output).toMatch(message);
    expectNothingLeft(demo);
  });

  test('explains itself with --help', async () => {
    const demo = start('--help');
    expect(await demo.exitCode()).toBe(0);
    expect(demo.output).toMatch(/^Usage: npm run demo/);
  });
});
