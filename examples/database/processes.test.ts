import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { FakeAuthorizationServer, type Interruption } from '@latchkey/core/testing';
import { open } from '../dist/database/open.js';
import { PostgresServer } from '../dist/database/postgres-server.js';
import { describePostgres, describeSqlite } from '../selection.js';

const program = join(import.meta.dirname, '../dist/database/main.js');
const renewal = { grantType: 'refresh_token' };
const lease = 2; // seconds

/** The program in a process of its own. */
interface Running {
  readonly child: ChildProcess;
  /** Calls for so many tokens at once. */
  ask(calls: number): Promise<string[]>;
}

function describeProcesses(find: () => string): void {
  let server: FakeAuthorizationServer;
  let children: ChildProcess[];

  beforeEach(async () => {
    server = await FakeAuthorizationServer.start({ rotation: 'rotate', deviceLogins: 'approved', deviceInterval: 1 });
    children = [];
    await run('login');
    server.ledger.clear();
  });
  afterEach(async () => {
    for (const child of children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await (await open(find())).query('DELETE FROM latchkey_tokens', []);
    await server.stop();
  });

  async function run(...args: string[]): Promise<Running> {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ISSUER: server.issuer, DATABASE: find(), LEASE: String(lease), NODE_NO_WARNINGS: '1' },
      stdio: ['pipe', 'pipe', args.length > 0 ? 'ignore' : 'inherit'], // a login prints where to approve it
    });
    children.push(child);
    const lines = createInterface(child.stdout);
    while ((await nextLine(lines)) !== 'ready');
    return {
      child,
      async ask(calls) {
        const answers: string[] = [];
        const all = new Promise<string[]>((resolve) => {
          lines.on('line', (line) => answers.push(line) === calls && resolve(answers));
        });
        child.stdin.write('\n'.repeat(calls));
        return all;
      },
    };
  }

  /** Lets the stored token be one that has ended. */
  async function endToken(): Promise<void> {
    const database = await open(find());
    const [row] = await database.query('SELECT record FROM latchkey_tokens', []);
    const record = String(row?.['record']).replace(/"expires_at":\d+/, '"expires_at":1000000000');
    await database.query('UPDATE latchkey_tokens SET record = $1', [record]);
  }

  async function leaseEnd(): Promise<number> {
    const [row] = await (await open(find())).query('SELECT free_at FROM latchkey_tokens', []);
    return Number(row?.['free_at']);
  }

  test('renew once for a hundred callers in each of eight', async () => {
    await endToken();
    const processes = await Promise.all(Array.from({ length: 8 }, () => run()));
    const gate = server.hold(renewal);
    const answers = Promise.all(processes.map(({ ask }) => ask(100)));
    await gate.arrived;
    gate.release();
    const tokens = (await answers).flat();
    expect([tokens.length, new Set(tokens).size]).toEqual([800, 1]);
    server.ledger.assertTokenRequests(1);
    server.ledger.assertNoReuse();
    expect((await fetch(server.api, { headers: { authorization: `Bearer ${tokens[0]}` } })).status).toBe(200);
  });

  test('take over from one that is killed, within a second of the end of its lease', async () => {
    await endToken();
    const [holder, other] = [await run(), await run()];
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const unheard = async ({ closed }: { readonly closed: Promise<void> }): Promise<Interruption> => {
      arrive();
      await closed;
      return 'cut';
    };
    server.nextAnswers(renewal, { name: 'cut before the server acts', before: unheard });
    void holder.ask(1);
    await arrived;
    holder.child.kill('SIGKILL');
    const end = await leaseEnd();
    const gate = server.hold(renewal);
    const answer = other.ask(1);
    await gate.arrived;
    expect(Date.now() - end).toBeGreaterThanOrEqual(0);
    expect(Date.now() - end).toBeLessThan(1000);
    gate.release();
    expect((await answer)[0]).toMatch(/^at/);
    server.ledger.assertNoReuse();
  });

  test('overwrite nothing when they go on after they were frozen for longer than their lease', async () => {
    server.configure({ rotation: { grace: 60 } });
    await endToken();
    const [holder, other] = [await run(), await run()];
    const gate = server.hold({ ...renewal, processed: true });
    const late = holder.ask(1);
    await gate.arrived;
    holder.child.kill('SIGSTOP');
    const next = server.hold({ ...renewal, processed: true });
    const token = other.ask(1);
    await next.arrived;
    next.release();
    const [present] = await token;
    gate.release();
    holder.child.kill('SIGCONT');
    expect(await late).toEqual([present]);
    expect((await (await run()).ask(1))[0]).toBe(present);
  });

  test('end by themselves when there is nothing more to read', async () => {
    const { child, ask } = await run();
    await ask(1);
    child.stdin?.end();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(120_000) })) as [string];
  return line;
}

describeSqlite('Processes that share a SQLite file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-database-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  describeProcesses(() => join(folder, 'tokens.sqlite'));
});

describePostgres('Processes that share a PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  describeProcesses(() => server.url());
});
