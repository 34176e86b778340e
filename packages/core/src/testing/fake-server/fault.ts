import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.js';
import type { LedgerEntry } from './ledger.js';
import type { ReceivedRequest } from './received-request.js';

/** A request while it is being answered. @group Fake authorization server */
export interface Exchange {
  /** The request as it came. */
  readonly request: ReceivedRequest;
  /** Its entry in the ledger. */
  readonly entry: LedgerEntry;
  /** Where the answer goes. */
  readonly response: ServerResponse;
  /** Resolves when the connection is gone, or the answer was sent. */
  readonly closed: Promise<void>;
}

/**
 * What a step of a fault does: send another answer, cut the connection, or (`undefined`) go on as usual.
 *
 * @group Fake authorization server
 */
export type Interruption = Answer | 'cut' | undefined;

/**
 * Something that goes wrong on the way. Those of {@link faults} cover what happens to token requests; write your own
 * for the rest.
 *
 * @group Fake authorization server
 */
export interface Fault {
  /** For the ledger. */
  readonly name: string;
  /** Runs before the server acts. With an answer or `cut` the server never acts. */
  before?(exchange: Exchange): Promise<Interruption> | Interruption;
  /** Runs after the server has acted, so that tokens may be issued and rotated, and before its answer is sent. */
  after?(answer: Answer, exchange: Exchange): Promise<Interruption> | Interruption;
  /** Sends the answer, instead of sending it at once and whole. */
  send?(answer: Answer, exchange: Exchange): Promise<void>;
}

/** A fault that takes place before or after the server has acted. @group Fake authorization server */
export interface FaultTiming {
  /** Whether the server acts on the request first: tokens are issued and rotated. Default: false. */
  readonly processed?: boolean | undefined;
}

/** Makes a fault of one step, at the time that was asked for. */
export function faultAt(
  name: string,
  { processed = false }: FaultTiming,
  step: (exchange: Exchange) => Promise<Interruption> | Interruption,
): Fault {
  if (!processed) return { name, before: step };
  return { name: `${name} after processing`, after: (_answer, exchange) => step(exchange) };
}
