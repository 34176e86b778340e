import type { RedisClientOptions, RedisClusterOptions } from '@keyv/redis';
import { openClient, singleUse } from './client-link.js';
import type { Link, Subscriber } from './link.js';

/** Opens the connections to a cluster. They are made when first needed; after a failure all are made anew. */
export async function openClusterLink(
  options: RedisClusterOptions,
  timeout: number,
  life: AbortController,
): Promise<Link> {
  const { createCluster } = await import('@keyv/redis');
  life.signal.throwIfAborted();
  const cluster = createCluster({
    ...options,
    minimizeConnections: true,
    useReplicas: false,
    rootNodes: options.rootNodes.map((node) => ({ ...node, ...(node.socket && { socket: { ...node.socket } }) })),
    defaults: singleUse({ ...options.defaults }, timeout),
  });
  const end = (): void => {
    for (const { client } of cluster.masters) if (client?.isOpen) client.destroy();
    try {
      cluster.destroy();
    } catch {
      // A node is closed already, which is what was wanted.
    }
  };
  // What kept the nodes from being found is only said here; other errors come back from the commands.
  let reason: unknown;
  cluster.on('error', (error: unknown) => (reason = error));
  cluster.on('node-error', () => life.abort());
  cluster.on('node-connect', () => {
    for (const { client } of cluster.masters) client?.unref();
    if (life.signal.aborted) end();
  });
  life.signal.addEventListener('abort', end, { once: true });
  await cluster.connect().catch((error: unknown) => Promise.reject(reason ?? error));
  return {
    send: (key, command) => cluster.sendCommand(key, false, [...command]),
    openSubscriber: (life) => openAnyNode(options, timeout, life),
  };
}

/** What is published at one node is heard at all. */
async function openAnyNode(
  { rootNodes, defaults }: RedisClusterOptions,
  timeout: number,
  life: AbortController,
): Promise<Subscriber> {
  for (const node of rootNodes) {
    const visit = new AbortController();
    life.signal.addEventListener('abort', () => visit.abort(), { once: true });
    try {
      const options = { ...defaults, ...node, socket: { ...defaults?.socket, ...node.socket } } as RedisClientOptions;
      const client = await openClient(options, timeout, visit);
      visit.signal.addEventListener('abort', () => life.abort(), { once: true });
      return client;
    } catch {
      life.signal.throwIfAborted();
    }
  }
  throw new Error('No node of the cluster can be reached.');
}
