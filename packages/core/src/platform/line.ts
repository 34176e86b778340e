import { longestTimer } from './clock.js';

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

/** Gives out places, first come, first served. */
export class Line {
  readonly #taken = new Set<{ readonly end: number }>();
  readonly #waiting: (PlaceOptions & { readonly admit: (place: Place) => void })[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes a place if one is free and nobody waits. */
  tryEnter(options: PlaceOptions): Place | undefined {
    return this.#waiting.length > 0 ? undefined : this.#take(options);
  }

  /** Waits for a place. */
  async enter(options: PlaceOptions): Promise<Place> {
    return (
      this.tryEnter(options) ??
      new Promise((admit) => {
        this.#waiting.push({ ...options, admit });
        this.#admitNext();
      })
    );
  }

  #take({ seconds, limit }: PlaceOptions): Place | undefined {
    const now = performance.now();
    for (const place of this.#taken) if (place.end <= now) this.#taken.delete(place);
    if (this.#taken.size >= limit()) return undefined;
    const taken = { end: now + seconds * 1000 };
    this.#taken.add(taken);
    return {
      leave: () => {
        if (this.#taken.delete(taken)) this.#admitNext();
      },
    };
  }

  #admitNext(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const [next] = this.#waiting;
      const place = next && this.#take(next);
      if (!place) break;
      this.#waiting.shift();
      next.admit(place);
    }
    if (this.#waiting.length === 0 || this.#taken.size === 0) return;
    const left = Math.min(...Array.from(this.#taken, ({ end }) => end)) - performance.now();
    this.#timer = setTimeout(() => this.#admitNext(), Math.min(Math.ceil(left), longestTimer));
  }
}

const lines = new Map<string, Line>();

/** The line of this name, which all flows of this process share. */
export function lineOf(name: string): Line {
  const line = lines.get(name) ?? new Line();
  lines.set(name, line);
  return line;
}
