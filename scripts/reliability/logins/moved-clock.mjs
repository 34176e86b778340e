/** A clock that is moved: who waits for something is woken at once, who only idles (`keepFresh`) when its time has come. */
export class MovedClock {
  #now = Date.UTC(2026, 0, 1);
  #idle = new Set();

  now() {
    return this.#now;
  }

  /** Several who wait from one moment on wait side by side. */
  async sleep(milliseconds, signal, { idle = false } = {}) {
    signal?.throwIfAborted();
    const due = this.#now + milliseconds;
    if (idle) return this.#idleUntil(due, signal);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.passTo(due);
  }

  /** Lets time pass in which nobody is woken. */
  passTo(time) {
    this.#now = Math.max(this.#now, time);
  }

  /** Moves on, waking those who idle; `quiet` waits until what they do is done. */
  async moveTo(time, quiet) {
    for (let next = this.#next(time); next; next = this.#next(time)) {
      this.passTo(next.due);
      next.wake();
      await quiet();
    }
    this.passTo(time);
  }

  #next(time) {
    const [first] = [...this.#idle].sort((a, b) => a.due - b.due);
    return first && first.due <= Math.max(time, this.#now) ? first : undefined;
  }

  #idleUntil(due, signal) {
    return new Promise((resolve, reject) => {
      const sleeper = { due, wake: () => end(resolve) };
      const stop = () => end(() => reject(signal.reason));
      const end = (settle) => {
        this.#idle.delete(sleeper);
        signal?.removeEventListener('abort', stop);
        settle();
      };
      this.#idle.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}
