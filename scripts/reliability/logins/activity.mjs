/** Knows whether anything is under way, so that a clock is not moved before its time. */
export class Activity {
  #running = 0;
  #waiting = [];

  async during(task) {
    this.#running++;
    try {
      return await task();
    } finally {
      if (--this.#running === 0) for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** Resolves once nothing has been under way for a few turns. */
  quiet = async () => {
    for (let turns = 0; turns < 5; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#running === 0) continue;
      await new Promise((resolve) => this.#waiting.push(resolve));
      turns = -1;
    }
  };

  /** A storage whose steps are seen. */
  watch(storage) {
    const seen =
      (name) =>
      (...args) =>
        this.during(() => storage[name](...args));
    return {
      id: storage.id,
      load: seen('load'),
      save: seen('save'),
      delete: seen('delete'),
      withLock: seen('withLock'),
    };
  }
}
