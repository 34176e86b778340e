/**
 * Tokens in Redis, for the processes of many hosts, and the lock alone.
 *
 * @module @latchkey/storage-redis
 * @showGroups
 */
export { RedisTokenStorage, type RedisTokenStorageOptions } from './redis-token-storage.js';
export { redisLock, type RedisLock } from './redis-lock.js';
export type { RedisOptions } from './redis-options.js';
export type {
  RedisClusterOptions,
  RedisCredentials,
  RedisCredentialsProvider,
  RedisCredentialsStream,
  RedisNode,
  RedisNodeAddressMap,
  RedisSentinelOptions,
  RedisServerOptions,
  RedisSocket,
  RedisTcpSocket,
} from './server-options.js';
export type {
  CallingClient,
  CallingCluster,
  CallingConnection,
  ClusterClient,
  CommandOptions,
  CommandSender,
  ConnectableClient,
  ListeningClient,
  RedisConnectedClient,
  SentinelClient,
  SingleClient,
  SubscribingClient,
} from './link/connected-client.js';
