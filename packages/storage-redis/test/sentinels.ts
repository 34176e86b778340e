import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisOptions } from '@latchkey/storage-redis';
import { freePorts } from './free-port.js';
import { findEngine } from './redis-engine.js';
import { RedisServer } from './redis-server.js';
import { killServer, type RunningServer } from './running-server.js';
import { pause } from './some.js';

/** A primary with replicas, one unless told otherwise, and three sentinels that watch them. */
export class Sentinels implements AsyncDisposable {
  readonly options: NonNullable<RedisOptions['sentinel']>;
  /** The first primary, and its replicas. */
  readonly servers: readonly RedisServer[];
  readonly #sentinels: RunningServer[];
  readonly #folder: string;

  private constructor(
    servers: readonly RedisServer[],
    sentinels: RunningServer[],
    ports: readonly number[],
    folder: string,
  ) {
    this.servers = servers;
    this.#sentinels = sentinels;
    this.#folder = folder;
    this.options = { name: 'main', sentinelRootNodes: ports.map((port) => ({ host: '127.0.0.1', port })) };
  }

  static async start(replicas = 1): Promise<Sentinels> {
    const engine = findEngine();
    const primary = await RedisServer.start({ open: true, args: ['--repl-diskless-sync-delay', '0'] });
    const servers = [primary];
    while (servers.length <= replicas) {
      servers.push(await RedisServer.start({ open: true, args: ['--replicaof', '127.0.0.1', String(primary.port)] }));
    }
    // A sentinel asks for replicas when it starts, and then only each ten seconds.
    while (!(await isInStep(primary, replicas))) await pause(50);
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-sentinels-'));
    const ports = await freePorts(3);
    const sentinels = ports.map((port) => {
      const file = join(folder, `${port}.conf`);
      const watch = [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${folder}`,
        `sentinel monitor main 127.0.0.1 ${primary.port} 2`,
        'sentinel down-after-milliseconds main 600',
        'sentinel failover-timeout main 3000',
      ];
      writeFileSync(file, watch.join('\n'));
      return engine(folder, [file, '--sentinel']);
    });
    const started = new Sentinels(servers, sentinels, ports, folder);
    await started.#areReady();
    return started;
  }

  /** Kills the first primary; the sentinels will make the replica the next one. */
  async killPrimary(): Promise<void> {
    await this.servers[0]?.kill();
  }

  /** Asks for a failover as an operator would: nobody is killed. */
  async failOver(): Promise<void> {
    await this.#ask(0, 'SENTINEL', 'FAILOVER', this.options.name);
  }

  /** Where the primary is, by all sentinels; `undefined` while they differ or a failover is under way. */
  async primary(): Promise<RedisServer | undefined> {
    const states = await Promise.all(this.options.sentinelRootNodes.map((_, index) => this.#state(index)));
    const ports = new Set(states.map(({ port }) => Number(port)));
    const isBusy = states.some(({ flags }) => flags?.includes('failover_in_progress'));
    return ports.size === 1 && !isBusy ? this.servers.find(({ port }) => ports.has(port)) : undefined;
  }

  /** Freezes so many of the sentinels, or lets them go on. */
  signalSentinels(count: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    for (const sentinel of this.#sentinels.slice(0, count)) sentinel.signal(signal);
  }

  freezeReplica(): void {
    this.servers[1]?.signal('SIGSTOP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sentinels.map(killServer), ...this.servers.map((server) => server.kill())]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #state(index: number): Promise<Record<string, string>> {
    const seen = await this.#ask(index, 'SENTINEL', 'MASTER', this.options.name).catch(() => []);
    return Object.fromEntries(pairs(seen as string[]));
  }

  #ask(index: number, ...command: string[]): Promise<unknown> {
    const { port = 0 } = this.options.sentinelRootNodes[index] ?? {};
    return RedisServer.sendTo(`redis://127.0.0.1:${port}`, command);
  }

  /** The sentinels know each other and the replicas. */
  async #areReady(): Promise<void> {
    const replicas = String(this.servers.length - 1);
    for (const index of this.options.sentinelRootNodes.keys()) {
      for (let tries = 0; ; tries++) {
        const state = await this.#state(index);
        if (state['num-other-sentinels'] === '2' && state['num-slaves'] === replicas) break;
        if (tries > 300) throw new Error('The sentinels did not get ready.');
        await pause(100);
      }
    }
  }
}

async function isInStep(primary: RedisServer, replicas: number): Promise<boolean> {
  return String(await primary.send('INFO', 'replication')).split('state=online').length - 1 === replicas;
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
}
