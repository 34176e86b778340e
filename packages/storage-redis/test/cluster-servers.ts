import type { RedisOptions } from '@latchkey/storage-redis';
import { Proxy } from './proxy.js';
import { needed, RedisServer } from './redis-server.js';
import { pause, until } from './some.js';

/** A cluster of three primaries with replicas, one each unless told otherwise. */
export class ClusterServers implements AsyncDisposable {
  readonly options: NonNullable<RedisOptions['cluster']>;
  /** The primaries, then a replica of each, and so on. */
  readonly servers: readonly RedisServer[];

  /** What the nodes tell each other goes by way of these. */
  readonly #bus: readonly Proxy[];

  private constructor(servers: readonly RedisServer[], bus: readonly Proxy[]) {
    this.servers = servers;
    this.#bus = bus;
    this.options = { rootNodes: servers.map(({ url }) => ({ url })) };
  }

  static async start(replicas = 1): Promise<ClusterServers> {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];
    args.push('--repl-ping-replica-period', '1');
    const acl = `${needed} +cluster|slots +asking`;
    const servers = [];
    const nodes = 3 * (1 + replicas);
    for (let n = 0; n < nodes; n++) servers.push(await RedisServer.start({ args, open: true, lowPort: true, acl }));
    const bus = await Promise.all(servers.map(({ port }) => Proxy.start(port + 10_000)));
    const [first] = servers;
    for (const [index, server] of servers.entries()) {
      if (index < 3) {
        const [from, to] = [Math.ceil((16384 * index) / 3), Math.ceil((16384 * (index + 1)) / 3) - 1];
        await server.send('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
      }
      await server.send('CONFIG', 'SET', 'cluster-announce-bus-port', String(bus[index]?.port));
      await server.send('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      const place = ['127.0.0.1', String(first?.port), String(bus[0]?.port)];
      if (server !== first) await server.send('CLUSTER', 'MEET', ...place);
    }
    const cluster = new ClusterServers(servers, bus);
    await cluster.#until(async (server) => (await infoOf(server)).includes(`cluster_known_nodes:${nodes}\r`));
    for (const [index, server] of servers.entries()) {
      const primary = servers[index % 3];
      if (!primary || primary === server) continue;
      const id = String(await primary.send('CLUSTER', 'MYID'));
      await until(async () => (await server.send('CLUSTER', 'REPLICATE', id).catch(String)) === 'OK');
    }
    await cluster.#until(async (server) => (await infoOf(server)).includes('cluster_state:ok'));
    for (const primary of servers.slice(0, 3)) {
      const online = async () => String(await primary.send('INFO', 'replication')).split('state=online').length - 1;
      await until(async () => (await online()) === replicas);
    }
    // Replicas that have received nothing are not listed.
    const isListed = async (server: RedisServer): Promise<boolean> => {
      const slots = (await server.send('CLUSTER', 'SLOTS')) as unknown[][];
      return slots.every(({ length }) => length === 3 + replicas);
    };
    await cluster.#until(isListed);
    return cluster;
  }

  /** Makes the first replica of each primary the primary, as an operator would, or without asking the old one. */
  async failOver(...how: ['TAKEOVER'] | []): Promise<unknown> {
    return Promise.all(this.servers.slice(3, 6).map((replica) => replica.send('CLUSTER', 'FAILOVER', ...how)));
  }

  /** Lets no node hear of another, none of which gives up for that in the next quarter of a minute. */
  async silence(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.send('CONFIG', 'SET', 'cluster-node-timeout', '15000')));
    await Promise.all(this.#bus.map((proxy) => proxy.refuse()));
  }

  /** Ends that. */
  async endSilence(): Promise<void> {
    await Promise.all(this.#bus.map((proxy) => proxy.accept()));
  }

  /** Begins to move the slots of keys from the first primary to the second, and ends it after so long. */
  async moveSlots(names: readonly string[], milliseconds: number): Promise<void> {
    const [source, target] = this.servers as [RedisServer, RedisServer];
    const [from, to] = await Promise.all(
      [source, target].map(async (each) => String(await each.send('CLUSTER', 'MYID'))),
    );
    const all = await Promise.all(names.map((name) => source.send('CLUSTER', 'KEYSLOT', name)));
    const slots = [...new Set(all.map(Number))].filter((slot) => slot < 16384 / 3);
    const each = async (move: (slot: string) => Promise<unknown>) => {
      for (const slot of slots) await move(String(slot));
    };
    await each(async (slot) => {
      await target.send('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from!);
      await source.send('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to!);
    });
    await pause(milliseconds / 2);
    const migrate = async (slot: string): Promise<void> => {
      const keys = (await source.send('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[];
      const place = ['127.0.0.1', String(target.port), '', '0', '5000', 'KEYS'];
      if (keys.length > 0) await source.send('MIGRATE', ...place, ...keys);
    };
    await each(migrate);
    await pause(milliseconds / 2);
    await each(async (slot) => {
      await migrate(slot);
      await target.send('CLUSTER', 'SETSLOT', slot, 'NODE', to!);
      await source.send('CLUSTER', 'SETSLOT', slot, 'NODE', to!);
    });
  }

  /** Kills the primary that holds a key. */
  async killPrimaryOf(name: string): Promise<void> {
    const slot = Number(await this.servers[0]?.send('CLUSTER', 'KEYSLOT', name));
    await this.servers[Math.floor((slot * 3) / 16384)]?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.servers.map((server) => server.kill()), ...this.#bus.map((proxy) => proxy.refuse())]);
  }

  async #until(isSo: (server: RedisServer) => Promise<boolean>): Promise<void> {
    for (const server of this.servers) await until(() => isSo(server));
  }
}

async function infoOf(server: RedisServer): Promise<string> {
  return String(await server.send('CLUSTER', 'INFO'));
}
