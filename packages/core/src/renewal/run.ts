import { LockLostError, LockTimeoutError } from '../errors/index.js';
import type { Call } from '../options/access-token-options.js';
import { lazyPart } from '../platform/lazy-part.js';
import { tellFailure } from '../tokens/flow-events.js';
import type { FoundTokens } from './good-enough.js';
import { look } from './look.js';
import type { RunParts } from './presentation/presentation.js';
import type { Renewal } from './renewal.js';
import { NoPlaceError } from './no-place-error.js';

/** What renews, which a program that finds a fresh token does without. */
const loadRenewal = lazyPart(() => import('./renewal.js'));

/** The run that callers share: a look into storage and, where that does not do, a renewal. */
export class Run {
  readonly #parts: RunParts;
  #renewal: Renewal | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Finds tokens for all callers who join. Begins again, once, when the lock is lost before anything was sent. */
  async run(call: Call): Promise<FoundTokens> {
    const { key, credential, events } = this.#parts;
    for (let losses = 0; ;) {
      try {
        const { found, stored } = credential.unsaved ? {} : await look(this.#parts, call);
        if (found) return found;
        this.#renewal ??= new (await loadRenewal()).Renewal(this.#parts);
        const renewed = await this.#renewal.attempt(call, stored);
        if (renewed) return renewed;
      } catch (error) {
        if (error instanceof LockLostError && ++losses === 1) continue;
        const hasLeft = call.isAhead && error instanceof LockTimeoutError; // another process renews
        if (!hasLeft && !(error instanceof NoPlaceError)) tellFailure(events, key, error);
        throw error;
      }
    }
  }
}
