import { randomUUID } from 'node:crypto';
import type { RedisConnectedClient } from './link/connected-client.js';
import type { RedisOptions } from './redis-options.js';

const names = new WeakMap<object, string>();

/** Names the place: endpoint, database and prefix. No user and no password. */
export function placeId(options: RedisOptions, prefix: string): string {
  return `${endpointOf(options)}#${prefix}`;
}

function endpointOf({ url, socket, database, client, cluster, sentinel }: RedisOptions): string {
  if (client) return endpointOfClient(client);
  if (cluster) {
    const nodes = cluster.rootNodes.map((node) => endpointOf({ ...node, socket: node.socket ?? {} }));
    return `cluster ${nodes.sort().join(' ')}`;
  }
  if (sentinel) {
    const nodes = sentinel.sentinelRootNodes.map((node) => `${node.host}:${node.port}`);
    return `sentinel ${nodes.sort().join(' ')}/${sentinel.name}/${sentinel.nodeClientOptions?.database ?? 0}`;
  }
  const { host = 'localhost', port = 6379, path } = { ...readSocket(socket), ...(url !== undefined && readUrl(url)) };
  const number = (url !== undefined && Number(new URL(url).pathname.slice(1))) || database || 0;
  return path === undefined ? `redis://${host}:${port}/${number}` : `unix:${path}/${number}`;
}

interface Address {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
}

function readUrl(url: string): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname, ...(port !== '' && { port: Number(port) }) };
}

function readSocket(socket: unknown): Address {
  const { host, port, path } = (socket ?? {}) as Address;
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(typeof path === 'string' && { path }),
  };
}

/** Options of a client: of `@redis/client`, or of `ioredis`. */
interface ClientOptions extends Address {
  readonly socket?: Address;
  readonly database?: number;
  readonly db?: number;
  readonly sentinels?: readonly { host?: string; port?: number }[] | null;
  readonly name?: string | null;
}

/** Where a client does not tell its endpoint, as a cluster, the name is random, and good within this process only. */
function endpointOfClient(client: RedisConnectedClient): string {
  const { sentinels, ...options } = ('options' in client ? (client.options ?? {}) : {}) as ClientOptions;
  const { socket = options, database = options.db } = options;
  if (sentinels) {
    const sentinelRootNodes = sentinels.map(({ host = 'localhost', port = 26_379 }) => ({ host, port }));
    return endpointOf({
      sentinel: { name: options.name ?? '', sentinelRootNodes, nodeClientOptions: { database: database ?? 0 } },
    });
  }
  const { host, port, path } = readSocket(socket);
  if (host !== undefined || port !== undefined || path !== undefined) {
    return endpointOf({ socket: { host, port, path }, database } as RedisOptions);
  }
  const name = names.get(client) ?? randomUUID();
  names.set(client, name);
  return `client ${name}`;
}
