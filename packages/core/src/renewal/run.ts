import { InvalidRefreshTokenError, LockLostError, LockTimeoutError } from '../errors/index.js';
import type { Call } from '../options/access-token-options.js';
import { lazyPart } from '../platform/lazy-part.js';
import { tellFailure } from '../tokens/flow-events.js';
import type { FoundTokens } from './good-enough.js';
import { look } from './look.js';
import type { Renewal } from './renewal.js';
import { NoPlaceError } from './no-place-error.js';
import { underWay } from './settled.js';
import type { TokenReader } from './token-reader.js';

/** What renews, which a program that finds a fresh token does without. */
const loadRenewal = lazyPart(() => import('./renewal.js'));

/** With this many refresh tokens that a grant gave within one run, all before were refused. */
const mostGiven = 3;

/** The run that callers share: a look into storage and, where that does not do, a renewal. */
export class Run {
  readonly #reader: TokenReader;
  #renewal: Renewal | undefined;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  /**
   * Finds tokens for all callers who join, and has ended before any of them goes on. Begins again, once, when the lock is lost
   * before anything was sent.
   */
  async run(call: Call): Promise<FoundTokens> {
    const { owner, credential, events } = this.#reader.parts;
    try {
      for (let losses = 0, bare = 0; ;) {
        try {
          const { found, stored } = credential.unsaved ? {} : await look(this.#reader, call);
          if (found) return found;
          this.#renewal ??= new (await loadRenewal()).Renewal(this.#reader);
          const renewed = await this.#renewal.attempt(call, stored);
          if (renewed?.tokens.accessToken !== undefined) return renewed;
          if (renewed && ++bare === mostGiven) throw new InvalidRefreshTokenError((await loadRenewal()).refusedEach);
        } catch (error) {
          if (error instanceof LockLostError && ++losses === 1) continue;
          const hasLeft = call.isAhead && error instanceof LockTimeoutError; // another process renews
          if (!hasLeft && !(error instanceof NoPlaceError)) tellFailure(events, owner.key, error);
          throw error;
        }
      }
    } finally {
      if (credential.run) underWay().delete(credential.run);
      credential.run = undefined;
    }
  }
}
