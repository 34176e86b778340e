import type { ServerMetadata } from '../load-openid-client.js';

/** Metadata, and for how many seconds it may be kept. */
export interface FoundMetadata {
  readonly metadata: ServerMetadata;
  readonly lifetime: number;
}

const [shortest, longest] = [300, 86_400]; // seconds

/**
 * Keeps a server's metadata for as long as its answer allows, five minutes at least and a day at most. Metadata that is
 * due and cannot be had anew is used for five more minutes.
 */
export class KeptMetadata {
  readonly #discover: () => Promise<FoundMetadata>;
  readonly #now: () => number;
  #found: Promise<FoundMetadata> | undefined;
  #until = -Infinity;

  /** @param now - milliseconds since 1970 */
  constructor(discover: () => Promise<FoundMetadata>, now: () => number) {
    this.#discover = discover;
    this.#now = now;
  }

  /** The metadata. @throws what `discover` throws, when there is none */
  async get(): Promise<ServerMetadata> {
    if (!this.#found || this.#now() >= this.#until) this.#found = this.#renew(this.#found);
    return (await this.#found).metadata;
  }

  async #renew(previous: Promise<FoundMetadata> | undefined): Promise<FoundMetadata> {
    this.#until = Infinity; // whoever comes meanwhile waits for this one
    try {
      const found = await this.#discover();
      this.#keep(Math.min(Math.max(found.lifetime, shortest), longest));
      return found;
    } catch (error) {
      if (!previous) {
        this.#found = undefined;
        throw error;
      }
      this.#keep(shortest);
      return previous;
    }
  }

  #keep(seconds: number): void {
    this.#until = this.#now() + seconds * 1000;
  }
}

/** Reads the seconds for which an answer may be kept (RFC 9111 section 5.2.2.1); a day when it does not say. */
export function lifetimeOfAnswer(headers: Headers): number {
  const [, seconds] = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(headers.get('cache-control') ?? '') ?? [];
  return seconds === undefined ? longest : Number(seconds);
}
