/** A PostgreSQL of one's own on loopback, for tests: in a folder that is removed, of a user that is not root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installFromDebian } from '../debian-package.js';

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #user: User;
  #process: ChildProcess | undefined;

  private constructor(folder: string, port: number, user: User) {
    this.#folder = folder;
    this.port = port;
    this.#user = user;
  }

  /** Installs Debian's server where there is none, and root runs this on Debian. */
  static async start(): Promise<PostgresServer> {
    const programs = findPrograms() ?? install();
    const user = userFor();
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'));
    chmodSync(folder, 0o700);
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid);
    const how = { ...user, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
    const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--pgdata=data'];
    execFileSync(join(programs, 'initdb'), options, { ...how, stdio: 'ignore' });
    const server = new PostgresServer(folder, await freePort(), user);
    await server.#run(programs);
    return server;
  }

  /** The URL of a database. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  async #run(programs: string): Promise<void> {
    const settings = [
      `port=${this.port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
    ];
    const args = ['-D', 'data', ...settings.flatMap((setting) => ['-c', setting])];
    const how = { ...this.#user, cwd: this.#folder, env: { LC_ALL: 'C' } };
    const child = spawn(join(programs, 'postgres'), args, { ...how, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`PostgreSQL ended: ${said}`)));
      child.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('ready to accept connections')) resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGINT'); // ends its connections
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function install(): string {
  installFromDebian('PostgreSQL', 'postgresql');
  const programs = findPrograms();
  if (programs === undefined) throw new Error('The Debian package postgresql brought no server.');
  return programs;
}

/** PostgreSQL does not run as root. */
function userFor(): User {
  if (process.getuid?.() !== 0) return {};
  const idOf = (kind: string): number => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
