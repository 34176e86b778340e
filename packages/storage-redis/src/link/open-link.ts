import { loadClient, openClientLink, serverOptions } from './client-link.js';
import { loadCluster, openClusterLink } from './cluster-link.js';
import { openGivenLink } from './given-link.js';
import type { LinkMaker } from './link.js';
import type { RedisOptions } from '../redis-options.js';
import { openSentinelLink } from './sentinel-link.js';

/** Chooses how to reach the Redis of these options. `timeout` in seconds. */
export function linkTo(options: RedisOptions, timeout: number): LinkMaker {
  const { client, cluster, sentinel } = options;
  if (client) return { prepare: () => Promise.resolve(), open: (life) => openGivenLink(client, timeout, life) };
  if (cluster) return { prepare: loadCluster, open: (life) => openClusterLink(cluster, timeout, life) };
  if (sentinel) return { prepare: loadClient, open: (life) => openSentinelLink(sentinel, timeout, life) };
  return { prepare: loadClient, open: (life) => openClientLink(serverOptions(options), timeout, life) };
}
