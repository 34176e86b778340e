import type { RedisOptions } from '@latchkey/storage-redis';
import { needed, RedisServer } from '../redis-server.js';
import { pause } from '../some.js';

/** A cluster of three primaries with a replica each. */
export class ClusterServers implements AsyncDisposable {
  readonly options: NonNullable<RedisOptions['cluster']>;
  /** The primaries, then the replica of each. */
  readonly servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
    this.options = { rootNodes: servers.map(({ url }) => ({ url })) };
  }

  static async start(): Promise<ClusterServers> {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];
    const acl = `${needed} +cluster|slots`;
    const servers = [];
    for (let n = 0; n < 6; n++) servers.push(await RedisServer.start({ args, open: true, lowPort: true, acl }));
    const [first] = servers;
    for (const [index, server] of servers.entries()) {
      if (index < 3) {
        const [from, to] = [Math.ceil((16384 * index) / 3), Math.ceil((16384 * (index + 1)) / 3) - 1];
        await server.send('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
      }
      await server.send('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      if (first && server !== first) await server.send('CLUSTER', 'MEET', '127.0.0.1', String(first.port));
    }
    const cluster = new ClusterServers(servers);
    await cluster.#until(async (server) => (await infoOf(server)).includes('cluster_known_nodes:6'));
    for (const [index, server] of servers.entries()) {
      const primary = servers[index - 3];
      if (!primary) continue;
      const id = String(await primary.send('CLUSTER', 'MYID'));
      while ((await server.send('CLUSTER', 'REPLICATE', id).catch(String)) !== 'OK') await pause(100);
    }
    await cluster.#until(async (server) => (await infoOf(server)).includes('cluster_state:ok'));
    for (const primary of servers.slice(0, 3)) {
      while (!String(await primary.send('INFO', 'replication')).includes('state=online')) await pause(100);
    }
    return cluster;
  }

  /** Kills the primary that holds a key. */
  async killPrimaryOf(name: string): Promise<void> {
    const slot = Number(await this.servers[0]?.send('CLUSTER', 'KEYSLOT', name));
    await this.servers[Math.floor((slot * 3) / 16384)]?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
  }

  async #until(isSo: (server: RedisServer) => Promise<boolean>): Promise<void> {
    for (const server of this.servers) while (!(await isSo(server))) await pause(100);
  }
}

async function infoOf(server: RedisServer): Promise<string> {
  return String(await server.send('CLUSTER', 'INFO'));
}
