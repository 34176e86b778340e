import type { RedisConnectedClient } from './link/connected-client.js';
import type { RedisOptions } from './redis-options.js';

let count = 0;
const numbers = new WeakMap<object, number>();

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
    ...(path !== undefined && { path }),
  };
}

/** A cluster or sentinel does not tell its endpoint, so there the name is good within this process only. */
function endpointOfClient(client: RedisConnectedClient): string {
  const { socket, database } = ('options' in client ? (client.options ?? {}) : {}) as RedisOptions;
  const { host, port, path } = readSocket(socket);
  if (host !== undefined || port !== undefined || path !== undefined) {
    return endpointOf({ socket: socket ?? {}, database } as RedisOptions);
  }
  const number = numbers.get(client) ?? ++count;
  numbers.set(client, number);
  return `client ${number}`;
}
