import type { CallingClient, CallingCluster, CallingConnection } from './connected-client.js';
import { type Link, type SendOne, singleLink, type Subscriber } from './link.js';

/**
 * Uses a client or cluster of `ioredis` or `iovalkey`. Such a client sends again, whenever it is connected again, what
 * it had sent before, also when nobody waits for it any more; so a connection of the same kind is made, which does not.
 */
export async function openCallingLink(client: CallingClient | CallingCluster, life: AbortController): Promise<Link> {
  if (isCluster(client)) return openCallingCluster(client, life);
  const connection = await connect(client, life);
  const send: SendOne = ([name = '', ...args]) => connection.call(name, ...args);
  return singleLink(send, (life) => openListener(client, life));
}

/** By client, since a link ends with each step that is late, and would leave a listener there. */
const waits = new WeakMap<CallingCluster, Promise<void>>();

function openCallingCluster(cluster: CallingCluster, life: AbortController): Link {
  const ready = async (): Promise<void> => {
    while (cluster.status !== 'ready') {
      if (cluster.status === 'end') throw new Error('The client was closed.');
      const wait = waits.get(cluster) ?? untilReady(cluster).finally(() => waits.delete(cluster));
      waits.set(cluster, wait);
      await wait;
    }
  };
  const send = async (key: string, command: readonly string[]): Promise<unknown> => {
    // What is sent before would be queued, and go out when nobody waits for it any more.
    await ready();
    life.signal.throwIfAborted();
    const [name = '', ...args] = command;
    if (name !== 'WAIT') return cluster.call(name, ...args);
    // It names no key, so it would go to any node. What goes before it is no mere look, which might go to a replica.
    const answers = await cluster
      .pipeline([
        ['eval', 'return 0', '1', key],
        ['wait', ...args],
      ])
      .exec();
    const [error, answer] = answers?.[1] ?? [new Error('no answer')];
    if (error) throw error as Error;
    return answer;
  };
  return {
    primaryFor: async (key) => ({ send: (command) => send(key, command), isPrimary: async () => true }),
    async primaries() {
      await ready();
      return cluster.nodes('master').map(
        (node): SendOne =>
          ([name = '', ...args]) =>
            node.call(name, ...args),
      );
    },
    // What is published at one node is heard at all.
    openSubscriber: (life) => openListener(cluster.nodes('master')[0], life),
  };
}

async function untilReady(cluster: CallingCluster): Promise<void> {
  // Why it cannot connect is told to its owner's listener, and tried again.
  if (cluster.status === 'wait') cluster.connect().catch(() => undefined);
  await new Promise<void>((resolve) => cluster.once('ready', resolve));
}

/** A connection of its own, which does not repair itself, queues nothing and keeps no process alive. */
async function connect(client: CallingClient, life: AbortController): Promise<CallingConnection> {
  const connection = client.duplicate({
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: unknown;
  connection.on('error', (error) => (reason = error));
  connection.on('close', () => life.abort());
  life.signal.addEventListener('abort', () => connection.disconnect(), { once: true });
  await connection.connect().catch((error: unknown) => Promise.reject((reason ?? error) as Error));
  (connection.stream as { unref?: () => void }).unref?.();
  return connection;
}

async function openListener(client: CallingClient | undefined, life: AbortController): Promise<Subscriber> {
  if (!client) throw new Error('No node of the cluster is known.');
  const connection = await connect(client, life);
  const listeners = new Map<string, Set<(message: string) => void>>();
  connection.on('message', (channel, message) => {
    for (const hear of listeners.get(channel) ?? []) hear(message);
  });
  return {
    async subscribe(channel, hear) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(hear));
      await connection.subscribe(channel);
    },
    async unsubscribe(channel, hear) {
      const others = listeners.get(channel);
      others?.delete(hear);
      if (!others || others.size > 0) return;
      listeners.delete(channel);
      await connection.unsubscribe(channel);
    },
  };
}

function isCluster(client: CallingClient | CallingCluster): client is CallingCluster {
  return 'nodes' in client;
}
