import type { WakeUp } from './lease/redis-wake-up.js';
import type { Link, Primary } from './link/link.js';
import { placeId } from './place-id.js';
import { redisFault } from './redis-fault.js';
import { readSettings, type RedisOptions, type RedisSettings } from './redis-options.js';
import { joinConnection, leaveConnection, type SharedConnection } from './shared-connection.js';

/** One Redis as one storage or lock sees it. It has a share in the connections from its first use until it is closed. */
export class RedisPlace {
  readonly id: string;
  readonly settings: RedisSettings;
  readonly #options: RedisOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #shared: SharedConnection | undefined;

  /** No I/O. @throws TypeError for the caller's mistakes */
  constructor(options: RedisOptions) {
    this.settings = readSettings(options);
    this.id = placeId(options, this.settings.prefix);
    this.#options = { ...options };
  }

  /**
   * Runs a step: one or more commands on one link. It may be run more than once, so it must be good to repeat.
   *
   * @throws StorageUnavailableError, within the timeout
   */
  run<T>(key: string, step: (primary: Primary) => Promise<T>): Promise<T> {
    return this.runOnLink(async ({ primaryFor }) => step(await primaryFor(key)));
  }

  /** Runs a step that is for all servers, as `run` does. */
  runOnLink<T>(step: (link: Link) => Promise<T>): Promise<T> {
    const work = this.finish(this.#share().connection.run(step));
    return work.catch((error: unknown) => {
      throw redisFault(error, this.id);
    });
  }

  /** Counts `work` as under way, so that `close` waits for it. */
  finish<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  /** Wakes who waits at each release on `channel`. Returns how to end that. */
  listen(channel: string, wakeUp: WakeUp): () => void {
    return this.#share().bell.listen(channel, wakeUp);
  }

  /** Gives the share back after what is under way; the last one ends the connections. A later call joins again. */
  async close(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
      // What has ended may have a sequel: a lock that nobody wants any more is given back.
      await new Promise(setImmediate);
    }
    if (this.#shared) leaveConnection(this.#shared);
    this.#shared = undefined;
  }

  #share(): SharedConnection {
    return (this.#shared ??= joinConnection(this.#options, this.settings.timeout));
  }
}
