import type { ClusterClient, RedisConnectedClient, SentinelClient, SingleClient } from './connected-client.js';
import type { Link, Subscriber } from './link.js';

/** Uses the client of an application, which keeps itself connected and is never closed here. `timeout` in seconds. */
export async function openGivenLink(client: RedisConnectedClient, timeout: number): Promise<Link> {
  if (!client.isOpen) await client.connect();
  // A command that is still waiting to be sent is withdrawn, lest it is sent much later. Replies are plain strings.
  const options = { timeout: timeout * 1000, typeMapping: {} };
  if (isCluster(client)) {
    return {
      send: (key, command) => client.sendCommand(key, false, [...command], options),
      openSubscriber: async () => client,
    };
  }
  if (isSentinel(client)) {
    return {
      send: (_key, command) => client.sendCommand(false, [...command], options),
      openSubscriber: async () => client,
    };
  }
  return {
    send: (_key, command) => client.sendCommand([...command], options),
    openSubscriber: (life) => duplicate(client, life),
  };
}

async function duplicate(client: SingleClient, life: AbortController): Promise<Subscriber> {
  const subscriber = client.duplicate();
  subscriber.on('error', () => undefined);
  const end = (): void => {
    if (subscriber.isOpen) subscriber.destroy();
  };
  life.signal.addEventListener('abort', end, { once: true });
  subscriber.unref();
  await subscriber.connect();
  return subscriber;
}

function isCluster(client: RedisConnectedClient): client is ClusterClient {
  return 'slots' in client;
}

function isSentinel(client: RedisConnectedClient): client is SentinelClient {
  return 'getSentinelNode' in client;
}
