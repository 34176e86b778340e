import { longestTimer } from './clock.js';
import { shared } from './process-registry.js';
import { monotonicNow } from './monotonic.js';

/** A place, until it is given back. */
export interface Place {
  /** Gives the place to the next; a second call does nothing. */
  leave(): void;
}

/** How a place is asked for. */
export interface PlaceOptions {
  /** Seconds for which the place counts at most: what never leaves it would else stop the line. */
  readonly seconds: number;
  /** How many places there are for whoever asks; read again whenever one is free. */
  readonly limit: () => number;
}

/** Who has a place, and who waits for one, in order. */
interface Standing {
  readonly taken: Set<{ readonly end: number }>;
  readonly waiting: (PlaceOptions & { readonly admit: (place: Place) => void })[];
  /** When the line looks by itself for places that have ended, while somebody waits. */
  look?: { readonly at: number; readonly timer: ReturnType<typeof setTimeout> } | undefined;
}

/** Gives out places, first come, first served. */
export class Line {
  readonly #standing: Standing;

  constructor(standing: Standing = { taken: new Set(), waiting: [] }) {
    this.#standing = standing;
  }

  /** Takes a place if one is free and nobody waits. */
  tryEnter(options: PlaceOptions): Place | undefined {
    return this.#standing.waiting.length > 0 ? undefined : this.#take(options);
  }

  /** Waits for a place. */
  enter(options: PlaceOptions): Promise<Place> {
    const place = this.tryEnter(options);
    if (place) return Promise.resolve(place);
    return new Promise((admit) => {
      const { seconds, limit } = options;
      const isFirst = this.#standing.waiting.push({ seconds, limit, admit }) === 1;
      if (isFirst) this.#admitNext();
    });
  }

  #take({ seconds, limit }: PlaceOptions): Place | undefined {
    const now = monotonicNow();
    for (const place of this.#standing.taken) if (place.end <= now) this.#standing.taken.delete(place);
    if (this.#standing.taken.size >= limit()) return undefined;
    const taken = { end: now + seconds * 1000 };
    this.#standing.taken.add(taken);
    return {
      leave: () => {
        if (this.#standing.taken.delete(taken)) this.#admitNext();
      },
    };
  }

  #admitNext(): void {
    const { taken, waiting } = this.#standing;
    for (;;) {
      const [next] = waiting;
      const place = next && this.#take(next);
      if (!place) break;
      waiting.shift();
      next.admit(place);
    }
    if (waiting.length === 0) this.#lookAt(undefined);
    else this.#lookAt(Math.min(...Array.from(taken, ({ end }) => end)));
  }

  /** Looks no later than then. One that comes too early is kept: in a long line, each place that is left would set a timer anew. */
  #lookAt(at: number | undefined): void {
    const { look } = this.#standing;
    if (at !== undefined && look && look.at <= at) return;
    clearTimeout(look?.timer);
    this.#standing.look = at === undefined ? undefined : { at, timer: setTimeout(() => this.#look(), pauseUntil(at)) };
  }

  #look(): void {
    this.#standing.look = undefined;
    this.#admitNext();
  }
}

function pauseUntil(at: number): number {
  return Math.min(Math.ceil(at - monotonicNow()), longestTimer);
}

/** The line of this name, which all flows of this process share, of whichever copy of this package. */
export function lineOf(name: string): Line {
  return new Line(shared(`line ${name}`, (): Standing => ({ taken: new Set(), waiting: [] })));
}
