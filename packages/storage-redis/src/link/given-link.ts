import { StorageUnavailableError } from '@latchkey/core';
import { openCallingLink } from './calling-link.js';
import type {
  CallingClient,
  CallingCluster,
  ClusterClient,
  CommandOptions,
  RedisConnectedClient,
  SentinelClient,
  SingleClient,
} from './connected-client.js';
import { type Link, type SendOne, singleLink, type Subscriber } from './link.js';

type ConnectableClient = SingleClient | ClusterClient | SentinelClient;

/** Uses the client of an application, which keeps itself connected and is never closed here. `timeout` in seconds. */
export async function openGivenLink(
  client: RedisConnectedClient,
  timeout: number,
  life: AbortController,
): Promise<Link> {
  const link = await openLink(client, timeout, life);
  return {
    ...link,
    async primaryFor(key) {
      const { send, isPrimary } = await link.primaryFor(key);
      return { send: async (command) => readReply(await send(command)), isPrimary };
    },
    async primaries() {
      const all = await link.primaries();
      return all.map(
        (send): SendOne =>
          async (command) =>
            readReply(await send(command)),
      );
    },
  };
}

async function openLink(client: RedisConnectedClient, timeout: number, life: AbortController): Promise<Link> {
  if (isCalling(client)) return openCallingLink(client, life);
  if (!isConnectable(client)) return singleLink((command) => client.sendCommand([...command]), deaf);
  if (!client.isOpen) await client.connect();
  // A command that is still waiting to be sent is withdrawn, lest it is sent much later. Replies are plain strings.
  const options: CommandOptions = { timeout: timeout * 1000, typeMapping: {} };
  if (isCluster(client)) {
    const primaryFor: Link['primaryFor'] = async (key) => ({
      send: (command) => client.sendCommand(key, false, [...command], options),
      isPrimary: async () => true,
    });
    const sendTo = async (node: object): Promise<SendOne> => {
      const connection = await client.nodeClient?.(node);
      if (!connection) throw namesNoNodes();
      return (command) => connection.sendCommand([...command], options);
    };
    const primaries: Link['primaries'] = async () => {
      if (!client.masters) throw namesNoNodes();
      return Promise.all(client.masters.map(sendTo));
    };
    return { primaryFor, primaries, openSubscriber: async () => client };
  }
  if (isSentinel(client)) {
    return singleLink(
      (command) => client.sendCommand(false, [...command], options),
      async () => client,
    );
  }
  return singleLink(
    (command) => client.sendCommand([...command], options),
    (life) => duplicate(client, life),
  );
}

/** Text as text: some clients give bytes, and what is no text would count as "nothing there". */
function readReply(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(readReply);
  return reply instanceof Uint8Array ? Buffer.from(reply).toString() : reply;
}

function namesNoNodes(): Error {
  return new StorageUnavailableError({
    message: 'This client of a cluster has no masters and no nodeClient(), so its records cannot be listed.',
    remedy: 'Give a cluster of redis, ioredis or iovalkey, or the option cluster.',
    retryable: false,
  });
}

async function deaf(): Promise<Subscriber> {
  throw new Error('This client cannot listen.');
}

async function duplicate(client: SingleClient, life: AbortController): Promise<Subscriber> {
  const { socket } = (client.options ?? {}) as { socket?: object };
  const subscriber = client.duplicate({ socket: { ...socket, signal: life.signal } });
  subscriber.on('error', () => undefined);
  const end = (): void => {
    if (subscriber.isOpen) subscriber.destroy();
  };
  life.signal.addEventListener('abort', end, { once: true });
  subscriber.unref();
  await subscriber.connect();
  return subscriber;
}

function isCalling(client: RedisConnectedClient): client is CallingClient | CallingCluster {
  return 'call' in client;
}

function isConnectable(client: RedisConnectedClient): client is ConnectableClient {
  return 'isOpen' in client;
}

function isCluster(client: ConnectableClient): client is ClusterClient {
  return 'slots' in client;
}

function isSentinel(client: SingleClient | SentinelClient): client is SentinelClient {
  return 'getSentinelNode' in client;
}
