/** Sends one command and waits for its reply. */
export type SendOne = (command: readonly string[]) => Promise<unknown>;

/** The server that is the primary for a key, while a step lasts. */
export interface Primary {
  /** All commands of the step go to this server. */
  readonly send: SendOne;
  /** Whether it is the primary still, by those who would know: true where none is asked, `undefined` where there is none. */
  readonly isPrimary: () => Promise<boolean | undefined>;
}

/** A connection, or the connections of a cluster, while they work. */
export interface Link {
  /** Finds the server for the keys that hash as `key` does. */
  readonly primaryFor: (key: string) => Promise<Primary>;
  /** Finds all servers that hold keys, in an order that lasts. */
  readonly primaries: () => Promise<readonly SendOne[]>;
  /** Opens a connection of its own to hear what is published. */
  readonly openSubscriber: (life: AbortController) => Promise<Subscriber>;
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

/** The server is not, or may not be, the primary any more: a failover is under way, or nobody can say. */
export class NotPrimary extends Error {
  readonly code = 'FAILOVER';
}

/** A link to one server, of which nobody says whether it is the primary. */
export function singleLink(send: SendOne, openSubscriber: Link['openSubscriber']): Link {
  const primary: Primary = { send, isPrimary: async () => true };
  return { primaryFor: async () => primary, primaries: async () => [send], openSubscriber };
}
