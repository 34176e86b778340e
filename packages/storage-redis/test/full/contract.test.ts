import { afterAll, beforeAll } from '@jest/globals';
import type { RedisOptions } from '@latchkey/storage-redis';
import { Cluster as Ioredis } from 'ioredis';
import { Cluster as Ioredis6 } from 'ioredis6';
import { Cluster as Iovalkey } from 'iovalkey';
import { describeRedisStorage, encrypted, type Way } from '../describe-redis-storage.js';
import { Proxy } from '../proxy.js';
import type { RedisServer } from '../redis-server.js';
import { ClusterServers } from '../cluster-servers.js';
import { describeFull, isFull } from './selection.js';
import { Sentinels } from '../sentinels.js';

let sentinels: Sentinels;
let cluster: ClusterServers;
beforeAll(async () => {
  if (isFull) [sentinels, cluster] = await Promise.all([Sentinels.start(), ClusterServers.start()]);
});
afterAll(async () => {
  if (isFull) await Promise.all([sentinels[Symbol.asyncDispose](), cluster[Symbol.asyncDispose]()]);
});

interface Detour {
  /** Where each server is found instead, by way of a proxy, by the address that the others know it by. */
  readonly map: Record<string, { host: string; port: number }>;
  readonly cut: () => Promise<unknown>;
}

async function detour(servers: readonly RedisServer[], isSecure: boolean): Promise<Detour> {
  const proxies = await Promise.all(servers.map(({ port, tlsPort }) => Proxy.start(isSecure ? tlsPort : port)));
  // Asked by way of TLS, Valkey names the TLS port, and Redis 7.0 the other.
  const found = servers.flatMap(({ port, tlsPort }, index) =>
    [port, tlsPort].map((each) => [`127.0.0.1:${each}`, { host: '127.0.0.1', port: proxies[index]!.port }] as const),
  );
  const cut = () => Promise.all(proxies.map((proxy) => proxy.refuse()));
  return { map: Object.fromEntries(found), cut };
}

/** TLS and the user with few rights. Each server has a certificate of its own. */
function login(servers: readonly RedisServer[], isSecure: boolean): Pick<RedisOptions, 'username' | 'password'> {
  if (!isSecure) return {};
  const [{ username, password }] = servers.map(({ secure }) => new URL(secure.url!)) as [URL];
  const ca = servers.map(({ certificate }) => certificate);
  return { username, password, socket: { tls: true, ca } } as RedisOptions;
}

async function toSentinels(isSecure: boolean): Promise<Way> {
  const { servers, options } = sentinels;
  const { map, cut } = await detour(servers, isSecure);
  const nodeClientOptions = login(servers, isSecure);
  return { options: { sentinel: { ...options, nodeClientOptions, nodeAddressMap: map } }, cut };
}

async function toCluster(isSecure: boolean): Promise<Way> {
  const { servers } = cluster;
  const { map, cut } = await detour(servers, isSecure);
  const rootNodes = servers.map(({ port }) => ({ socket: map[`127.0.0.1:${port}`]! }));
  return { options: { cluster: { rootNodes, defaults: login(servers, isSecure), nodeAddressMap: map } }, cut };
}

type MakeCluster = typeof Ioredis | typeof Ioredis6 | typeof Iovalkey;

/** A cluster of the application's own, which finds its way back by itself. */
const toClientOf = (Cluster: MakeCluster) => async (): Promise<Way> => {
  const { servers } = cluster;
  const { map, cut } = await detour(servers, false);
  const roots = servers.map(({ port }) => map[`127.0.0.1:${port}`]!);
  const client = new Cluster(roots, { natMap: map, clusterRetryStrategy: () => 50 });
  client.on('error', () => undefined);
  return { options: { client, timeout: 1 }, cut, end: () => client.disconnect() };
};

for (const [name, Cluster] of Object.entries({ 'ioredis 5': Ioredis, 'ioredis 6': Ioredis6, iovalkey: Iovalkey })) {
  describeRedisStorage(`a cluster of ${name} as client`, toClientOf(Cluster), { describe: describeFull });
}

for (const [place, find] of [
  ['behind sentinels', toSentinels],
  ['a cluster of three', toCluster],
] as const) {
  describeRedisStorage(`${place}, plain`, () => find(false), { describe: describeFull });
  describeRedisStorage(`${place}, encrypted`, () => find(false), { codec: encrypted, describe: describeFull });
  describeRedisStorage(`${place}, TLS and an ACL user, encrypted`, () => find(true), {
    codec: encrypted,
    describe: describeFull,
  });
}
