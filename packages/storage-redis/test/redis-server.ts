import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@keyv/redis';
import type { RedisOptions } from '@latchkey/storage-redis';
import { makeCertificate } from './certificate.js';
import { freePortBelow, freePorts } from './free-port.js';
import { findEngine, type RedisEngine } from './redis-engine.js';
import { killServer, type RunningServer } from './running-server.js';

// Before any test and outside of its time: the first time on a machine, this installs.
const foundEngine = findEngine();

/** How to start a {@link RedisServer}. */
export interface RedisServerOptions {
  /** More arguments of `redis-server`. */
  readonly args?: readonly string[];
  /** Whether its port leaves room for that of the cluster bus, which is 10000 above. */
  readonly lowPort?: boolean;
  /** Whether it is open to everybody, as inside of a cluster of a test. */
  readonly open?: boolean;
  /** What the user `app` may do; default: what the documentation says that it must, `needed`. */
  readonly acl?: string;
  /** What starts it; default: what was found. */
  readonly engine?: RedisEngine;
}

const password = 'password-of-the-server';
const appPassword = 'password-of-the-app';
/** What the documentation says that a user must be allowed. */
export const needed =
  '~latchkey* &latchkey* +eval +get +set +del +pexpire +pttl +publish +subscribe +unsubscribe +wait +scan';

/** A server of one's own on free ports of 127.0.0.1, with a password, a user with few rights, and TLS. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly tlsPort: number;
  /** Its own authority. */
  readonly certificate: string;
  /** Everybody may do everything behind it. */
  readonly url: string;
  /** What the documentation tells users to have: TLS and a user with few rights. */
  readonly secure: RedisOptions;
  readonly secrets = [password, appPassword];
  readonly #running: RunningServer;
  readonly #folder: string;

  private constructor(running: RunningServer, folder: string, ports: readonly number[], ca: string, open: boolean) {
    const [port = 0, tlsPort = 0] = ports;
    this.#running = running;
    this.#folder = folder;
    this.port = port;
    this.tlsPort = tlsPort;
    this.certificate = ca;
    this.url = open ? `redis://127.0.0.1:${port}` : `redis://:${password}@127.0.0.1:${port}`;
    this.secure = { url: `rediss://app:${appPassword}@127.0.0.1:${tlsPort}`, socket: { tls: true, ca } };
  }

  /** Starts a server, and waits until it answers. A port that was free may be taken by then, so it tries again. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    for (let triesLeft = 5; ; triesLeft--) {
      const server = await RedisServer.#start(options);
      if (await server.#answers()) return server;
      await server.kill();
      if (triesLeft === 0) throw new Error('Redis did not start.');
    }
  }

  static async #start({
    args = [],
    lowPort = false,
    open = false,
    acl = needed,
    engine = foundEngine,
  }: RedisServerOptions): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-redis-'));
    const [free = 0, tlsPort = 0] = await freePorts(2);
    const ports = [lowPort ? await freePortBelow(50_000) : free, tlsPort];
    const { key, cert, ca } = makeCertificate(folder);
    const flags = {
      port: ports[0],
      bind: '127.0.0.1',
      dir: folder,
      save: '',
      'tls-port': tlsPort,
      'tls-key-file': key,
      'tls-cert-file': cert,
      'tls-ca-cert-file': cert,
      'tls-auth-clients': 'no',
      user: `app on >${appPassword} ${acl}`,
      ...(!open && { requirepass: password, masterauth: password }),
    };
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, ...words(name, String(value))]);
    return new RedisServer(engine(folder, [...given, ...args]), folder, ports, ca, open);
  }

  /** Sends one command as the administrator. */
  send(...command: string[]): Promise<unknown> {
    return RedisServer.sendTo(this.url, command);
  }

  /** Sends one command to any server. */
  static async sendTo(url: string, command: string[]): Promise<unknown> {
    const client = createClient({ url, socket: { reconnectStrategy: false }, disableClientInfo: true });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  /** Freezes it, and lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#running.signal(signal);
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    await killServer(this.#running);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #answers(): Promise<boolean> {
    for (let tries = 0; tries < 200 && this.#running.process.exitCode === null; tries++) {
      const answer = await this.send('PING').catch((error: unknown) => error);
      if (answer === 'PONG' || (answer instanceof Error && answer.message.startsWith('LOADING'))) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  }
}

function words(name: string, value: string): string[] {
  return name === 'user' ? value.split(' ') : [value];
}
