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

/** What is used of a client of `@redis/client` 5. @group Clients of your own */
export interface SingleClient extends ConnectableClient {
  /** How it was made. */
  readonly options?: unknown;
  /** Sends a command. */
  sendCommand(command: string[], options?: CommandOptions): Promise<unknown>;
  /** Makes another connection of the same kind. */
  duplicate(): ListeningClient;
}

/** What is used of a cluster of `@redis/client` 5. @group Clients of your own */
export interface ClusterClient extends ConnectableClient {
  /** Which node holds which keys. */
  readonly slots: unknown;
  /** Sends a command to the node that holds `firstKey`. */
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    command: string[],
    options?: CommandOptions,
  ): Promise<unknown>;
}

/** What is used of a sentinel of `@redis/client` 5. @group Clients of your own */
export interface SentinelClient extends ConnectableClient {
  /** A sentinel that answers. */
  getSentinelNode(): unknown;
  /** Sends a command to the primary. */
  sendCommand(isReadonly: boolean | undefined, command: string[], options?: CommandOptions): Promise<unknown>;
}

/** A client, cluster or sentinel that the application made. @group Clients of your own */
export type RedisConnectedClient = SingleClient | ClusterClient | SentinelClient;
