import { withinSeconds } from './deadline.js';
import type { Link, LinkMaker, SendOne, Subscriber } from './link/link.js';
import { isMisdirected, redisFault, replyCode } from './redis-fault.js';
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
  readonly #place: string;
  readonly #underWay = new Set<Promise<unknown>>();
  #opened: OpenedLink | undefined;

  /** `timeout` in seconds; `place` is for messages. */
  constructor(maker: LinkMaker, timeout: number, place: string) {
    this.#maker = maker;
    this.#timeout = timeout;
    this.#place = place;
  }

  /**
   * Runs a step: one or more commands on one link. A link that has worked before may have died unnoticed, so there
   * the step is run once more, on a new link: a step must be good to repeat.
   *
   * @throws StorageUnavailableError, within the timeout
   */
  async run<T>(key: string, step: (send: SendOne) => Promise<T>): Promise<T> {
    try {
      return await this.finish(this.#run(key, step));
    } catch (error) {
      throw redisFault(error, this.#place);
    }
  }

  /** Counts `work` as under way, so that `close` waits for it. */
  async finish<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Opens a connection to hear what is published. */
  async openSubscriber(life: AbortController): Promise<Subscriber> {
    return (await this.#present().link).openSubscriber(life);
  }

  /** Waits for what is under way, then ends the connections. A later step opens them again. */
  async close(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
      // What has ended may have a sequel: a lock that nobody wants any more is given back.
      await new Promise(setImmediate);
    }
    this.#opened?.life.abort();
    this.#opened = undefined;
  }

  async #run<T>(key: string, step: (send: SendOne) => Promise<T>): Promise<T> {
    // Loading code takes long on a busy machine, which says nothing about Redis.
    if (!this.#opened) await this.#maker.prepare();
    const attempt: Attempt = { given: undefined, isLate: false };
    return withinSeconds(this.#timeout, this.#attempt(key, step, attempt), () => {
      attempt.isLate = true;
      attempt.given?.life.abort();
    });
  }

  async #attempt<T>(key: string, step: (send: SendOne) => Promise<T>, attempt: Attempt): Promise<T> {
    const opened = (attempt.given = this.#present());
    const mayBeDead = opened.hasWorked;
    try {
      const { send } = await opened.link;
      const result = await step((command) => send(key, command));
      opened.hasWorked = true;
      return result;
    } catch (error) {
      if (replyCode(error) === undefined || isMisdirected(error)) opened.life.abort();
      const isWorthRepeating = mayBeDead && opened.life.signal.aborted && !(error instanceof TooFewReplicas);
      if (attempt.isLate || !isWorthRepeating) throw error;
      return this.#attempt(key, step, attempt);
    }
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

interface Attempt {
  given: OpenedLink | undefined;
  isLate: boolean;
}
