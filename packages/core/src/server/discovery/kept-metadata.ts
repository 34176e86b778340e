import type { FlowSettings } from '../../options/flow-settings.js';
import type { CoolDown } from '../cool-down.js';
import type { ServerMetadata } from '../openid/load-openid-client.js';
import { discover } from './discover.js';
import type { FoundMetadata } from './fetch-metadata.js';

const [shortest, longest] = [300, 86_400]; // seconds

/**
 * Keeps a server's metadata for as long as its answer allows, five minutes at least and a day at most. Metadata that is
 * due and cannot be had anew is used for five more minutes.
 */
export class KeptMetadata {
  readonly #settings: FlowSettings;
  readonly #coolDown: CoolDown;
  #found: Promise<FoundMetadata> | undefined;
  #until = -Infinity;

  constructor(settings: FlowSettings, coolDown: CoolDown) {
    this.#settings = settings;
    this.#coolDown = coolDown;
  }

  /** The metadata. @throws as {@link discover}, when there is none */
  async get(): Promise<ServerMetadata> {
    if (!this.#found || this.#settings.clock.now() >= this.#until) this.#found = this.#renew(this.#found);
    return (await this.#found).metadata;
  }

  async #renew(previous: Promise<FoundMetadata> | undefined): Promise<FoundMetadata> {
    this.#until = Infinity; // whoever comes meanwhile waits for this one
    try {
      const found = await this.#coolDown.watch(() => discover(this.#settings));
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
    this.#until = this.#settings.clock.now() + seconds * 1000;
  }
}
