import { type TorturePoint, torturePoints, type TortureSignal, tortureSignals } from './points.js';
import { SeededRandom } from './seeded-random.js';

/** One hit, with all that is left to chance decided by the seed. */
export interface PlannedHit {
  readonly point: TorturePoint;
  readonly signal: TortureSignal;
  /** Which process is hit. */
  readonly victim: number;
  /** In which order the others are let to the lock. */
  readonly order: readonly number[];
  /** Ms after the start of the save, for `saving`. */
  readonly delay: number;
  /** Whether the server had acted on the request by then, for `redeem`. */
  readonly processed: boolean;
  /** Ms until a frozen process goes on; `undefined` when the others have ended, one way or another. */
  readonly freeze: number | undefined;
}

/** Plans `hits` hits of each point and signal, in mixed order. */
export function planHits(seed: number, hits: number, processes: number): PlannedHit[] {
  const random = new SeededRandom(seed);
  const kinds = torturePoints.flatMap((point) => tortureSignals.map((signal) => ({ point, signal })));
  const indices = Array.from({ length: processes }, (_, index) => index);
  return random.shuffle(Array.from({ length: hits }, () => kinds).flat()).map((kind) => ({
    ...kind,
    victim: random.index(processes),
    order: random.shuffle(indices),
    delay: random.below(3),
    processed: random.below(1) < 0.5,
    freeze: random.below(1) < 0.5 ? 10 + random.below(120) : undefined,
  }));
}
