import { setMaxListeners } from 'node:events';
import { openClient, singleUse, withDescriptors } from './client-link.js';
import { keySlot } from './key-slot.js';
import { type Link, NotPrimary, type Primary, type SendOne, type Subscriber } from './link.js';
import type { RedisClusterOptions, RedisServerOptions, RedisTcpSocket } from '../server-options.js';
import { Witness } from './witness.js';

/** Loads the cluster's code. */
export const loadCluster = () => withDescriptors(() => import('@keyv/redis'));

/** How many primaries of other slots are asked at most. */
const strangers = 4;

/** Opens the connections to a cluster. They are made when first needed; after a failure all are made anew. */
export async function openClusterLink(
  given: RedisClusterOptions,
  timeout: number,
  life: AbortController,
): Promise<Link> {
  const options = secured(given);
  const cluster = await openCluster(options, timeout, life);
  const witnesses = new Map<string, Witness>();
  Witness.endWith(life, () => witnesses.values());
  const witnessAt = (node: Node): Witness => {
    const known = witnesses.get(node.address);
    if (known) return known;
    const witness = new Witness(clientOptions(options, node), timeout, life);
    witnesses.set(node.address, witness);
    return witness;
  };
  const isPrimary = async (key: string, { master, replicas = [] }: Shard): Promise<boolean | undefined> => {
    const others = cluster.masters.filter(({ address }) => address !== master.address).slice(0, strangers);
    const asked = [...replicas, ...others].map((node) => witnessAt(node).ask(['GET', key]));
    const said = Witness.replies(await Promise.all(asked));
    // Each says who has the slot, by sending us there; one that answers itself was promoted.
    const agree = said.every((reply) => redirectionOf(reply, 'MOVED') === master.address);
    return asked.length === 0 ? undefined : agree && said.length > asked.length / 2;
  };
  return {
    async primaryFor(key): Promise<Primary> {
      const shard = cluster.slots[keySlot(key)];
      if (!shard) throw new NotPrimary();
      let client = await cluster.nodeClient(shard.master);
      const send: Primary['send'] = async (command) => {
        try {
          return await client.sendCommand([...command]);
        } catch (error) {
          if (redirectionOf(error, 'MOVED') !== undefined) throw new NotPrimary();
          const address = redirectionOf(error, 'ASK');
          if (address === undefined) throw error;
          const node = cluster.masters.find((each) => each.address === address);
          if (!node) throw new NotPrimary();
          // What follows in this step, WAIT above all, is for that node too.
          client = await cluster.nodeClient(node);
          const [, reply] = await Promise.all([client.sendCommand(['ASKING']), client.sendCommand([...command])]);
          return reply;
        }
      };
      return { send, isPrimary: () => isPrimary(key, shard) };
    },
    primaries: () =>
      Promise.all(
        cluster.masters.map(async (node): Promise<SendOne> => {
          const client = await cluster.nodeClient(node);
          return (command) => client.sendCommand([...command]);
        }),
      ),
    openSubscriber: (life) => openAnyNode(options, timeout, life),
  };
}

/** The client reaches the nodes by `defaults` alone: without this, in the clear, whatever the URL of a root node says. */
function secured(options: RedisClusterOptions): RedisClusterOptions {
  const { rootNodes, defaults } = options;
  const isSecure = rootNodes.some(({ url, socket }) => socket?.tls === true || /^rediss:/i.test(url ?? ''));
  if (!isSecure || defaults?.socket?.tls !== undefined) return options;
  return { ...options, defaults: { ...defaults, socket: { ...defaults?.socket, tls: true } as RedisTcpSocket } };
}

type Cluster = Awaited<ReturnType<typeof openCluster>>;
type Shard = Cluster['slots'][number];
type Node = Pick<Shard['master'], 'address' | 'host' | 'port'>;

async function openCluster(options: RedisClusterOptions, timeout: number, life: AbortController) {
  const { createCluster } = await loadCluster();
  life.signal.throwIfAborted();
  setMaxListeners(0, life.signal); // each node's socket has one
  const cluster = createCluster({
    ...options,
    minimizeConnections: true,
    // So that it tells which they are; nothing is read from them.
    useReplicas: true,
    rootNodes: options.rootNodes.map((node) => singleUse(nodeOptions(options, node), shareOf(timeout, options), life)),
    defaults: singleUse({ ...options.defaults }, timeout, life),
  } as Parameters<typeof createCluster>[0]);
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
  // Later, so that the step gets this very error.
  cluster.on('node-error', (error: unknown) => void setImmediate(() => life.abort(error)));
  cluster.on('node-connect', () => {
    for (const { client } of cluster.masters) client?.unref();
    if (life.signal.aborted) end();
  });
  life.signal.addEventListener('abort', end, { once: true });
  await cluster.connect().catch((error: unknown) => Promise.reject(reason ?? error));
  return cluster;
}

/** Where an error of this kind sends us: `MOVED 3999 127.0.0.1:6381`. */
function redirectionOf(error: unknown, kind: 'MOVED' | 'ASK'): string | undefined {
  const [found, , address] = error instanceof Error ? error.message.split(' ') : [];
  return found === kind ? address : undefined;
}

function clientOptions({ defaults, nodeAddressMap }: RedisClusterOptions, node: Node): RedisServerOptions {
  const mapped = typeof nodeAddressMap === 'function' ? nodeAddressMap(node.address) : nodeAddressMap?.[node.address];
  const { host, port } = mapped ?? node;
  return { ...defaults, socket: { ...defaults?.socket, host, port } };
}

function nodeOptions({ defaults }: RedisClusterOptions, node: RedisClusterOptions['rootNodes'][number]) {
  return { ...defaults, ...node, socket: { ...defaults?.socket, ...node.socket } } as RedisServerOptions;
}

/** Seconds for each of the root nodes, which are tried one after the other: the machine of one may be gone. */
function shareOf(timeout: number, { rootNodes }: RedisClusterOptions): number {
  return Math.max(timeout / rootNodes.length, 1);
}

/** What is published at one node is heard at all. */
async function openAnyNode(options: RedisClusterOptions, timeout: number, life: AbortController): Promise<Subscriber> {
  for (const node of options.rootNodes) {
    const visit = new AbortController();
    life.signal.addEventListener('abort', () => visit.abort(), { once: true });
    try {
      const client = await openClient(nodeOptions(options, node), shareOf(timeout, options), visit);
      visit.signal.addEventListener('abort', () => life.abort(), { once: true });
      return client;
    } catch {
      life.signal.throwIfAborted();
    }
  }
  throw new Error('No node of the cluster can be reached.');
}
