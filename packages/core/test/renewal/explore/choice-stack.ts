interface Choice {
  readonly options: readonly string[];
  taken: number;
}

/** The choices of one run, from which the next run follows: depth first, the last choice changes first. */
export class ChoiceStack {
  readonly #choices: Choice[] = [];
  #depth = 0;

  /** Whether the next choice is one that an earlier run has made too. */
  get isReplaying(): boolean {
    return this.#depth < this.#choices.length;
  }

  /** Returns which of the options this run takes. @throws Error when a replayed run offers others than before */
  choose(options: readonly string[]): number {
    const known = this.#choices[this.#depth];
    const choice = known ?? { options, taken: 0 };
    if (!known) this.#choices.push(choice);
    else if (known.options.join('\n') !== options.join('\n')) {
      throw new Error(`Not repeatable: ${known.options.join(', ')} became ${options.join(', ')}.`);
    }
    this.#depth++;
    return choice.taken;
  }

  /** Turns to the next run; `false` when there is none. */
  next(): boolean {
    this.#depth = 0;
    for (let last = this.#choices.at(-1); last; last = this.#choices.at(-1)) {
      if (++last.taken < last.options.length) return true;
      this.#choices.pop();
    }
    return false;
  }
}
