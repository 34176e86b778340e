import { openClientLink } from './client-link.js';
import { type Link, NotPrimary } from './link.js';
import type { RedisSentinelOptions } from '../server-options.js';
import { Witness } from './witness.js';

/** What a sentinel says of the primary. */
interface View {
  readonly host: string;
  readonly port: number;
  /** Higher is newer. */
  readonly epoch: number;
  readonly isFailingOver: boolean;
}

/** Opens a link to the server that the sentinels call the primary. `timeout` in seconds. */
export async function openSentinelLink(
  options: RedisSentinelOptions,
  timeout: number,
  life: AbortController,
): Promise<Link> {
  const { sentinelRootNodes, sentinelClientOptions, nodeClientOptions, nodeAddressMap } = options;
  const sentinels = sentinelRootNodes.map(
    (node) =>
      new Witness({ ...sentinelClientOptions, socket: { ...sentinelClientOptions?.socket, ...node } }, timeout, life),
  );
  Witness.endWith(life, () => sentinels);
  const { host, port } = newest(await viewsOf(sentinels, options.name));
  const mapped = typeof nodeAddressMap === 'function' ? nodeAddressMap : (key: string) => nodeAddressMap?.[key];
  const place = mapped(`${host}:${port}`) ?? { host, port };
  const link = await openClientLink(
    { ...nodeClientOptions, socket: { ...nodeClientOptions?.socket, ...place } },
    timeout,
    life,
  );
  const isPrimary = async (): Promise<boolean> => {
    const views = await viewsOf(sentinels, options.name).catch(() => []);
    // Whoever is not asked may lead a failover, so most must have spoken, as for a failover.
    if (views.length <= sentinels.length / 2) return false;
    const found = newest(views);
    return found.host === host && found.port === port;
  };
  return { ...link, primaryFor: async (key) => ({ ...(await link.primaryFor(key)), isPrimary }) };
}

/**
 * The one of the newest configuration: others have not heard of it yet.
 *
 * @throws NotPrimary while a failover is under way: the sentinel that leads it knows, before any replica is promoted
 */
function newest(views: readonly View[]): View {
  if (views.some(({ isFailingOver }) => isFailingOver)) throw new NotPrimary();
  return views.reduce((one, other) => (other.epoch > one.epoch ? other : one));
}

/** Asks all. @throws Error when none knows a primary */
async function viewsOf(sentinels: readonly Witness[], name: string): Promise<View[]> {
  const said = await Promise.all(sentinels.map((sentinel) => sentinel.ask(['SENTINEL', 'MASTER', name])));
  const replies = Witness.replies(said);
  const views = replies.flatMap((reply) => (Array.isArray(reply) ? [readView(reply.map(String))] : []));
  if (views.length > 0) return views;
  const [refusal] = replies;
  if (refusal instanceof Error && refusal.message.includes('No such master')) throw new Error('UNKNOWNPRIMARY');
  const silences = said.flatMap((each) => ('silence' in each ? [each.silence] : []));
  throw refusal ?? silences.find((silence) => silence instanceof NotPrimary) ?? silences[0];
}

function readView(fields: readonly string[]): View {
  const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  return {
    host: field('ip'),
    port: Number(field('port')),
    epoch: Number(field('config-epoch')),
    isFailingOver: field('flags').includes('failover_in_progress'),
  };
}
