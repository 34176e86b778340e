import type { createClient, RedisClientOptions } from '@keyv/redis';
import { closeSync, openSync } from 'node:fs';
import { gatherCredentials } from './credentials.js';
import { type Link, type SendOne, singleLink } from './link.js';
import type { RedisOptions } from '../redis-options.js';
import type { RedisServerOptions } from '../server-options.js';

/** Loads the client's code. */
export const loadClient = () => withDescriptors(() => import('@keyv/redis'));

/** Node 20 and the first of 22 keep a failed import for good: none is begun there for which descriptors are missing. @throws EMFILE, ENFILE */
export async function withDescriptors<T>(load: () => Promise<T>): Promise<T> {
  const opened: number[] = [];
  try {
    while (/^v2[0-2]\./.test(process.version) && opened.length < 4) opened.push(openSync(process.execPath, 'r'));
  } catch (error) {
    if (/^E[MN]FILE/.test((error as Error).message)) throw error;
  } finally {
    for (const each of opened) closeSync(each);
  }
  return load();
}

type Client = ReturnType<typeof createClient>;

/** Opens one connection to one server, which does not repair itself, queues nothing and keeps no process alive. */
export async function openClient(options: RedisServerOptions, timeout: number, life: AbortController): Promise<Client> {
  const { createClient } = await loadClient();
  life.signal.throwIfAborted();
  const client = createClient(singleUse(options, timeout, life) as RedisClientOptions);
  client.on('error', () => life.abort());
  const end = (): void => {
    if (client.isOpen) client.destroy();
  };
  life.signal.addEventListener('abort', end, { once: true });
  client.unref();
  await client.connect();
  if (life.signal.aborted) end();
  return client;
}

/** Opens a link to one server. `timeout` in seconds. */
export async function openClientLink(
  options: RedisServerOptions,
  timeout: number,
  life: AbortController,
): Promise<Link> {
  const client = await openClient(options, timeout, life);
  const send: SendOne = (command) => client.sendCommand([...command]);
  return singleLink(send, (life) => openClient(options, timeout, life));
}

/** The fields of {@link RedisOptions} that are the client's own. */
export function serverOptions(options: RedisOptions): RedisServerOptions {
  const { url, socket, username, password, credentialsProvider, database, name } = options;
  const given = { url, socket, username, password, credentialsProvider, database, name };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Copies, since the client changes its options and their socket. */
export function singleUse<T extends RedisServerOptions>(options: T, timeout: number, life: AbortController) {
  return {
    ...gatherCredentials(options, life),
    disableOfflineQueue: true,
    disableClientInfo: true,
    // Before the socket is connected, the client forgets it when it is destroyed, and does not end it.
    socket: {
      ...options.socket,
      reconnectStrategy: false as const,
      connectTimeout: timeout * 1000,
      signal: life.signal,
    },
  };
}
