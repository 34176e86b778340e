import { createClient } from '@keyv/redis';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Proxy } from './proxy.js';
import type { RedisServer } from './redis-server.js';

/** Counts what comes to a server by way of proxies. `MONITOR` does not show AUTH, so a connection counts as one. */
export class Monitor implements AsyncDisposable {
  readonly #commands: { readonly port: number; readonly name: string }[] = [];
  readonly #stop: () => void;
  readonly #server: RedisServer;
  readonly #marks = new EventEmitter();

  private constructor(server: RedisServer, stop: () => void) {
    this.#server = server;
    this.#stop = stop;
  }

  static async start(server: RedisServer): Promise<Monitor> {
    const client = createClient({ url: server.url });
    client.on('error', () => undefined);
    await client.connect();
    const monitor = new Monitor(server, () => client.destroy());
    await client.monitor((line) => {
      const [, marker] = /"ECHO" "([^"]+)"/.exec(line) ?? [];
      if (marker !== undefined) monitor.#marks.emit(marker);
      // Commands inside of scripts come from `lua`, not from an address.
      const [, port, name] = /\[\d+ 127\.0\.0\.1:(\d+)\] "(\w+)"/.exec(line) ?? [];
      if (port !== undefined && name !== undefined) monitor.#commands.push({ port: Number(port), name });
    });
    return monitor;
  }

  /** Waits until all is noted that the server has done so far. */
  async caughtUp(): Promise<void> {
    const marker = randomUUID();
    const seen = once(this.#marks, marker);
    await this.#server.send('ECHO', marker);
    await seen;
  }

  /** The commands that came through a proxy so far. */
  commandsOf(proxy: Proxy): string[] {
    const own = this.#commands.filter(({ port }) => proxy.localPorts.has(port)).map(({ name }) => name.toUpperCase());
    return [...Array.from({ length: proxy.connections }, () => 'AUTH'), ...own];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
  }
}
