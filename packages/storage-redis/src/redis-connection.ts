import { withinSeconds } from './deadline.js';
import type { Link, LinkMaker, Subscriber } from './link/link.js';
import { isMisdirected, passes, replyCode } from './redis-fault.js';
import { TooFewReplicas } from './replication.js';

/** A link with what ends it, and whether it has worked. */
interface OpenedLink {
  readonly life: AbortController;
  readonly link: Promise<Link>;
  hasWorked: boolean;
}

/**
 * The way to one Redis: opened when first needed, opened anew after it broke, and never queueing. Nothing of it keeps
 * the process alive, except what is under way.
 */
export class RedisConnection {
  readonly #maker: LinkMaker;
  readonly #timeout: number;
  #opened: OpenedLink | undefined;

  /** `timeout` in seconds. */
  constructor(maker: LinkMaker, timeout: number) {
    this.#maker = maker;
    this.#timeout = timeout;
  }

  /**
   * Runs a step: one or more commands on one link. A link that has worked before may have died unnoticed, so there
   * the step is run once more, on a new link; what passes by itself is waited for. So a step must be good to repeat.
   * Rejects within the timeout.
   */
  async run<T>(step: (link: Link) => Promise<T>): Promise<T> {
    // Loading code takes long on a busy machine, which says nothing about Redis.
    if (!this.#opened) await this.#maker.prepare();
    const attempt: Attempt = { given: undefined, isLate: false, passing: undefined };
    const work = this.#attempt(step, attempt);
    const onLate = (): unknown => {
      attempt.isLate = true;
      if (attempt.passing === undefined) attempt.given?.life.abort();
      return attempt.passing;
    };
    return withinSeconds(this.#timeout, work, onLate);
  }

  /** Opens a connection to hear what is published. */
  async openSubscriber(life: AbortController): Promise<Subscriber> {
    const link = await this.#present().link;
    life.signal.throwIfAborted();
    return link.openSubscriber(life);
  }

  /** Ends the connections. A later step opens them again. */
  close(): void {
    this.#opened?.life.abort();
    this.#opened = undefined;
  }

  async #attempt<T>(step: (link: Link) => Promise<T>, attempt: Attempt): Promise<T> {
    while (!attempt.isLate) {
      const opened = (attempt.given = this.#present());
      const mayBeDead = opened.hasWorked;
      let isCutShort: boolean;
      try {
        const result = await step(await opened.link);
        opened.hasWorked = true;
        return result;
      } catch (error) {
        if (isOfTheLink(error)) opened.life.abort(error);
        const { aborted } = opened.life.signal;
        const reason: unknown = opened.life.signal.reason;
        // The link may have been ended in mid-step by what another step found.
        isCutShort = aborted && reason !== error && (reason as Error).name !== 'AbortError';
        attempt.passing = [error, reason].find(passes);
        const isWorthRepeating = attempt.passing !== undefined || (aborted && (mayBeDead || isCutShort));
        if (!isWorthRepeating) throw error;
      }
      if (attempt.passing !== undefined || isCutShort)
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 50));
    }
    throw new Error('late'); // nobody hears it
  }

  #present(): OpenedLink {
    if (this.#opened && !this.#opened.life.signal.aborted) return this.#opened;
    const life = new AbortController();
    const link = this.#maker.open(life);
    link.catch(() => life.abort());
    this.#opened = { life, link, hasWorked: false };
    return this.#opened;
  }
}

/** One run of a step: the link that it has now, and what it waits for to pass. */
interface Attempt {
  given: OpenedLink | undefined;
  isLate: boolean;
  passing: unknown;
}

function isOfTheLink(error: unknown): boolean {
  if (error instanceof TooFewReplicas) return false;
  return replyCode(error) === undefined || isMisdirected(error);
}
