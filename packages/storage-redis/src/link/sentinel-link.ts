import type { RedisClientOptions } from '@keyv/redis';
import { openClient, openClientLink } from './client-link.js';
import type { Link } from './link.js';
import type { RedisSentinelOptions } from '../redis-options.js';

/**
 * Opens a link to the server that the sentinels call the primary. After a failover the link breaks or is refused as
 * read-only, and the next one asks the sentinels again.
 */
export async function openSentinelLink(
  options: RedisSentinelOptions,
  timeout: number,
  life: AbortController,
): Promise<Link> {
  const asking = options.sentinelRootNodes.map((node) => askForPrimary(node, options, timeout, life));
  const { host, port } = await Promise.any(asking);
  const server = options.nodeClientOptions as RedisClientOptions | undefined;
  return openClientLink({ ...server, socket: { ...server?.socket, host, port } }, timeout, life);
}

async function askForPrimary(
  node: RedisSentinelOptions['sentinelRootNodes'][number],
  { name, nodeAddressMap, sentinelClientOptions }: RedisSentinelOptions,
  timeout: number,
  life: AbortController,
): Promise<{ host: string; port: number }> {
  const visit = new AbortController();
  const end = (): void => visit.abort();
  life.signal.addEventListener('abort', end, { once: true });
  try {
    const server = sentinelClientOptions as RedisClientOptions | undefined;
    const sentinel = await openClient({ ...server, socket: { ...server?.socket, ...node } }, timeout, visit);
    const answer: unknown = await sentinel.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
    if (!Array.isArray(answer)) throw new Error('UNKNOWNPRIMARY');
    const [host, port] = answer.map(String) as [string, string];
    const mapped = typeof nodeAddressMap === 'function' ? nodeAddressMap : (key: string) => nodeAddressMap?.[key];
    return mapped(`${host}:${port}`) ?? { host, port: Number(port) };
  } finally {
    life.signal.removeEventListener('abort', end);
    end();
  }
}
