import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** Milliseconds, and what `@redis/client` would do after a failure, which is not asked here. */
interface SocketTimes {
  /** Milliseconds until a connection must be there. `timeout` replaces it. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds after which a silent connection is closed. */
  readonly socketTimeout?: number | undefined;
}

/** A socket over TCP, or with `tls: true` over TLS: options of `net.connect` and `tls.connect`. @group Redis */
export type RedisTcpSocket = SocketTimes &
  ((Partial<Omit<TcpNetConnectOpts, 'timeout' | 'onread'>> & { tls?: false }) | (ConnectionOptions & { tls: true }));

/** A socket: over TCP, TLS or, with `path`, of the Unix domain. @group Redis */
export type RedisSocket =
  RedisTcpSocket | (SocketTimes & Omit<IpcNetConnectOpts, 'timeout' | 'onread'> & { tls?: false });

/** A user and its password. @group Redis */
export interface RedisCredentials {
  /** By default, Redis' own `default`. */
  username?: string;
  /** The password. */
  password?: string;
}

/** Says who logs in, when a connection is made. @group Redis */
export interface RedisCredentialsProvider {
  /** This kind of provider. */
  readonly type: 'async-credentials-provider';
  /** Resolves to the credentials of now. */
  credentials: () => Promise<RedisCredentials>;
}

/** As {@link RedisCredentialsProvider}, and tells new credentials while the connection is open. @group Redis */
export interface RedisCredentialsStream {
  /** This kind of provider. */
  readonly type: 'streaming-credentials-provider';
  /** Resolves to the credentials of now, and to what ends the subscription. */
  subscribe: (listener: {
    onNext: (credentials: RedisCredentials) => void;
    onError: (error: Error) => void;
  }) => Promise<[RedisCredentials, { dispose(): void }]>;
  /** Hears that Redis took no new credentials. */
  onReAuthenticationError: (error: Error) => void;
}

/** One server, as `createClient` of `@redis/client` 5 takes it. @group Redis */
export interface RedisServerOptions<Socket = RedisSocket> {
  /**
   * `redis[s]://[user[:password]@]host[:port][/database]`; `rediss` is TLS, with `socket: { ca }` for an own CA. Set it for
   * one server.
   *
   * @defaultValue none
   */
  readonly url?: string | undefined;
  /** How the connection is made. Rarely needed: what `url` does not say, such as a CA. @defaultValue from `url` */
  readonly socket?: Socket | undefined;
  /** The user (ACL). Set it where `url` does not. @defaultValue from `url`, else Redis' `default` */
  readonly username?: string | undefined;
  /** Its password, or the server's. Set it where `url` does not. @defaultValue from `url`, else none */
  readonly password?: string | undefined;
  /**
   * Credentials that change: asked for whenever a connection is made. They win over `password` and that of `url`; where they
   * name no user, `username` or `url` does. Rarely needed. @defaultValue none
   */
  readonly credentialsProvider?: RedisCredentialsProvider | RedisCredentialsStream | undefined;
  /** The number of the database. Rarely needed. @defaultValue from `url`, else 0 */
  readonly database?: number | undefined;
  /** What `CLIENT LIST` calls the connection. Rarely needed. @defaultValue none */
  readonly name?: string | undefined;
}

/** Where a node is. @group Redis */
export interface RedisNode {
  /** Its name or address. */
  host: string;
  /** Its port. */
  port: number;
}

/** Where nodes are reached from here, by the address that they are known by among themselves: `host:port`. @group Redis */
export type RedisNodeAddressMap = Record<string, RedisNode> | ((address: string) => RedisNode | undefined);

/** A cluster, as `createCluster` of `@redis/client` 5 takes it. @group Redis */
export interface RedisClusterOptions {
  /** Some of the nodes, by which the others are found. */
  readonly rootNodes: readonly RedisServerOptions<RedisTcpSocket>[];
  /**
   * What holds for all nodes; user, password and CA (`socket: { tls: true, ca }`) too, since those of a root node are for
   * that node alone. By default TLS is on for all where a root node has it.
   */
  readonly defaults?: RedisServerOptions<RedisTcpSocket> | undefined;
  /** Needed where the nodes are reached at other addresses than they name. */
  readonly nodeAddressMap?: RedisNodeAddressMap | undefined;
}

/** The primary that sentinels know, as `createSentinel` of `@redis/client` 5 takes it. @group Redis */
export interface RedisSentinelOptions {
  /** What the sentinels call it. */
  readonly name: string;
  /** Some of the sentinels. */
  readonly sentinelRootNodes: readonly RedisNode[];
  /** What holds for the primary. */
  readonly nodeClientOptions?: RedisServerOptions<RedisTcpSocket> | undefined;
  /** What holds for the sentinels. */
  readonly sentinelClientOptions?: RedisServerOptions<RedisTcpSocket> | undefined;
  /** Needed where the primary is reached at another address than the sentinels name. */
  readonly nodeAddressMap?: RedisNodeAddressMap | undefined;
}
