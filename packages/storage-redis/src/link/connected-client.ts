/** What is used of a client that subscribes. @group Clients of your own */
export interface SubscribingClient {
  /** Begins to listen to a channel. */
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  /** Ends it. */
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** What is used of a client that is connected when needed. @group Clients of your own */
export interface ConnectableClient extends SubscribingClient {
  /** Whether it is connected, or about to be. */
  readonly isOpen: boolean;
  /** Connects. */
  connect(): Promise<unknown>;
}

/** What is used of a second connection, which only listens. @group Clients of your own */
export interface ListeningClient extends ConnectableClient {
  /** Lets the process end in spite of it. */
  unref(): void;
  /** Ends it at once. */
  destroy(): void;
  /** Listens to its errors. */
  on: (event: 'error', listener: (error: unknown) => void) => unknown;
}

/** How a command is sent. @group Clients of your own */
export interface CommandOptions {
  /** Milliseconds. */
  timeout?: number;
  /** How answers are turned into values. */
  typeMapping?: object;
}

/** What is used of a client of `@redis/client` 5 and 6. @group Clients of your own */
export interface SingleClient extends ConnectableClient {
  /** How it was made. */
  readonly options?: unknown;
  /** Sends a command. */
  sendCommand(command: string[], options?: CommandOptions): Promise<unknown>;
  /** Makes another connection of the same kind. */
  duplicate(overrides?: object): ListeningClient;
}

/** What is used of a cluster of `@redis/client` 5 and 6. @group Clients of your own */
export interface ClusterClient extends ConnectableClient {
  /** Which node holds which keys. */
  readonly slots: unknown;
  /** The nodes that hold keys; needed for `list()`. */
  readonly masters?: readonly object[];
  /** The connection to one of them; needed for `list()`. */
  nodeClient?(node: object): Pick<SingleClient, 'sendCommand'> | Promise<Pick<SingleClient, 'sendCommand'>>;
  /** Sends a command to the node that holds `firstKey`. */
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    command: string[],
    options?: CommandOptions,
  ): Promise<unknown>;
}

/** What is used of a sentinel of `@redis/client` 5 and 6. @group Clients of your own */
export interface SentinelClient extends ConnectableClient {
  /** A sentinel that answers. */
  getSentinelNode(): unknown;
  /** Sends a command to the primary. */
  sendCommand(isReadonly: boolean | undefined, command: string[], options?: CommandOptions): Promise<unknown>;
}

/** What is used of a connection of `ioredis` or `iovalkey`. @group Clients of your own */
export interface CallingConnection {
  /** Its socket. */
  readonly stream: object;
  /** Connects. */
  connect(): Promise<unknown>;
  /** Sends a command. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Begins to listen to a channel. */
  subscribe(channel: string): Promise<unknown>;
  /** Ends it. */
  unsubscribe(channel: string): Promise<unknown>;
  /** Ends the connection at once. */
  disconnect(): void;
  /** Listens to what is published, to errors, and to the end. */
  on: {
    (event: 'message', listener: (channel: string, message: string) => void): unknown;
    (event: 'error', listener: (error: unknown) => void): unknown;
    (event: 'close', listener: () => void): unknown;
  };
}

/** What is used of a client of `ioredis` or `iovalkey`, by way of sentinels too. @group Clients of your own */
export interface CallingClient {
  /** Sends a command. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** How it was made. */
  readonly options: object;
  /** Makes another connection of the same kind. */
  duplicate(options: object): CallingConnection;
}

/** What is used of a cluster of `ioredis` or `iovalkey`. @group Clients of your own */
export interface CallingCluster {
  /** `ready` when a command is sent at once. */
  readonly status: string;
  /** Connects. */
  connect(): Promise<unknown>;
  /** Sends a command to the node that holds its first key. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Commands that go to one node together. */
  pipeline(commands: string[][]): { exec(): Promise<readonly (readonly [unknown, unknown])[] | null> };
  /** The connections to its nodes. */
  nodes(role: 'master'): readonly CallingClient[];
  /** Listens once. */
  once: (event: 'ready', listener: () => void) => unknown;
}

/**
 * Whatever sends a command to one server, for clients of other makes. Nothing is heard through it, so that waiters
 * find a free lock by looking, within two seconds.
 *
 * @group Clients of your own
 */
export interface CommandSender {
  /** Sends a command, its name first, and gives the reply as Redis does; rejects with an error whose message is Redis's. */
  sendCommand(command: string[]): Promise<unknown>;
}

/** A client, cluster or sentinel that the application made. @group Clients of your own */
export type RedisConnectedClient =
  SingleClient | ClusterClient | SentinelClient | CallingClient | CallingCluster | CommandSender;
