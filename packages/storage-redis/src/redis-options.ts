import type { RedisConnectedClient } from './link/connected-client.js';
import type { RedisClusterOptions, RedisSentinelOptions, RedisServerOptions } from './server-options.js';

/**
 * Where Redis is and how leases are kept. Give one of `url` (or `socket`), `client`, `cluster` and `sentinel`.
 *
 * Storages and locks of equal options share their connections, which end when the last of them is closed; `prefix`,
 * `lease` and `replicas` may differ. The fields of a single server are those of `@redis/client` 5.
 *
 * @group Redis
 */
export interface RedisOptions extends RedisServerOptions {
  /**
   * A client, cluster or sentinel of `@redis/client` (`redis`) 5 or 6, a client or cluster of `ioredis` or `iovalkey`,
   * or whatever sends a command ({@link CommandSender}). It is never closed, and whether it keeps
   * the process alive is its owner's choice. Of a client of `ioredis` and `iovalkey` a second connection is made, which
   * sends nothing again by itself; the others are connected if need be. Set it to share the connection of the program; with
   * `replicas` give one of its own, such as `client.duplicate()`, since `WAIT` holds up all else while replicas are away.
   *
   * @defaultValue none
   */
  readonly client?: RedisConnectedClient | undefined;
  /** A cluster, by some of its nodes. Set it where Redis is one. @defaultValue none */
  readonly cluster?: RedisClusterOptions | undefined;
  /** The primary that sentinels know. Set it where there are some. @defaultValue none */
  readonly sentinel?: RedisSentinelOptions | undefined;
  /** First part of all names in Redis. No braces. Set it where programs share a Redis. @defaultValue `'latchkey'` */
  readonly prefix?: string | undefined;
  /**
   * Seconds that a step may take, connecting included, before Redis counts as unavailable. Time in which others keep
   * this process from running counts in part only. Rarely needed.
   *
   * @defaultValue 5
   */
  readonly timeout?: number | undefined;
  /**
   * Seconds after which a lock is free when its holder has died. A living holder renews it every third of that. Rarely
   * needed: a shorter one is lost sooner where a process is held up.
   *
   * @defaultValue 10
   */
  readonly lease?: number | undefined;
  /**
   * How many replicas must have a lock or a save before it counts (`WAIT`). With `cluster` and `sentinel` the sentinels or
   * the other nodes are asked after that whether the server that took it is the primary still; otherwise it is written
   * again at the next one. Where replicas do not answer in half of `timeout`, or a failover lasts for longer than
   * `timeout`, taking the lock fails, before anything is redeemed.
   *
   * 1 loses nothing when an operator asks for a failover, or the primary dies and the replica that has most takes over,
   * as sentinels and clusters choose it. The number of all replicas loses nothing whichever takes over; the price is that
   * no token is renewed while one of them is down. Each costs a round trip to the replicas and one to who is asked. 0 takes
   * neither, and loses what is not copied yet when the primary changes. Rarely needed: to rule more out, or to save the trips.
   *
   * @defaultValue 1 with `cluster` and `sentinel`, else 0
   */
  readonly replicas?: number | undefined;
}

/** The options with defaults. */
export interface RedisSettings {
  readonly prefix: string;
  readonly timeout: number;
  readonly lease: number;
  readonly replicas: number;
}

/** Checks the options and fills in what was left out. @throws TypeError for the caller's mistakes; quotes no URL. */
export function readSettings(options: RedisOptions): RedisSettings {
  const { url, socket, client, cluster, sentinel, prefix = 'latchkey', timeout = 5, lease = 10 } = options;
  const places = [url ?? socket, client, cluster, sentinel].filter((place) => place !== undefined);
  if (places.length !== 1) throw new TypeError('Give one of url (or socket), client, cluster and sentinel.');
  for (const each of [url, ...(cluster?.rootNodes ?? []).map((node) => node.url)])
    if (each !== undefined) assertRedisUrl(each);
  if (client !== undefined) assertClient(client);
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw new TypeError('prefix must be a non-empty string without braces.');
  }
  for (const [name, seconds] of Object.entries({ timeout, lease })) {
    if (!(typeof seconds === 'number' && seconds > 0 && seconds <= 86_400)) {
      throw new TypeError(`${name} must be a number of seconds above 0, and at most a day.`);
    }
  }
  const { database = 0 } = options;
  if (!Number.isInteger(database) || database < 0) throw new TypeError('database must be 0 or a whole number above.');
  const replicas = options.replicas ?? (cluster || sentinel ? 1 : 0);
  if (!Number.isInteger(replicas) || replicas < 0) throw new TypeError('replicas must be 0 or a whole number above.');
  return { prefix, timeout, lease, replicas };
}

function assertClient(client: RedisConnectedClient): void {
  const { sendCommand, call, options } = Object(client) as { sendCommand?: unknown; call?: unknown; options?: object };
  const isCalling = typeof call === 'function' && typeof client !== 'function'; // each function has a call
  if (typeof sendCommand !== 'function' && !isCalling) {
    throw new TypeError('client must be one of redis, ioredis or iovalkey, or have a function sendCommand(command).');
  }
  const { keyPrefix } = (options ?? {}) as { keyPrefix?: string };
  const nodes = 'nodes' in client ? '[], ' : ''; // of a cluster
  if (keyPrefix)
    throw new TypeError(`client has a keyPrefix; give client.duplicate(${nodes}{ keyPrefix: '' }), and prefix.`);
}

function assertRedisUrl(url: string): void {
  if (url === '') throw new TypeError('url is empty. If it comes from a variable, set that.');
  const { protocol, username, password, host, pathname, search, hash } = parsed(url);
  if (!['redis:', 'rediss:'].includes(protocol)) throw malformed();
  // In a password that is not encoded, one of these ends the host, of which the name is shown.
  if (search !== '' || hash !== '' || !/^(\/\d*)?$/.test(pathname) || !isEncoded(username) || !isEncoded(password)) {
    throw new TypeError(
      'url must end with the database, if any: a path, query or fragment is not read. In a password, / ? # @ and % are written as %2F %3F %23 %40 and %25.',
    );
  }
  if (host === '') throw new TypeError('url must name a host; for a socket of the Unix domain, give socket: { path }.');
}

/** Passes nothing on of what a parser throws: it quotes the URL, which may hold a password. */
function parsed(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw malformed();
  }
}

function malformed(): TypeError {
  return new TypeError(
    'url must begin with redis:// or rediss:// and be well formed. For sentinels, a cluster or a Unix socket, give sentinel, cluster or socket: { path }.',
  );
}

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
