/** Sends one command and waits for its reply. `key` decides which node of a cluster it goes to. */
type Send = (key: string, command: readonly string[]) => Promise<unknown>;

/** Sends one command, for a key that is settled. */
export type SendOne = (command: readonly string[]) => Promise<unknown>;

/** A connection, or the connections of a cluster, while they work. */
export interface Link {
  readonly send: Send;
  /** Opens a connection of its own to hear what is published. */
  openSubscriber(life: AbortController): Promise<Subscriber>;
}

/** Hears what is published on channels. */
export interface Subscriber {
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** How to get a link. */
export interface LinkMaker {
  /** Loads what is needed for it. */
  prepare(): Promise<unknown>;
  /**
   * Opens a link. `life` is aborted by the link when it breaks, and by its owner to end it; a link that was opened is
   * never repaired, only replaced.
   */
  open(life: AbortController): Promise<Link>;
}
