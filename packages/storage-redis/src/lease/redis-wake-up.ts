/** A sleep until a lock is released, or may have been. */
export class WakeUp {
  #isDue = false;
  #isReleased = false;
  #end: () => void = () => undefined;

  /** Ends the sleep, or the next one: from now on releases are heard. */
  readonly hears = (): void => {
    this.#isDue = true;
    this.#end();
  };

  /** Ends the sleep, or the next one. */
  readonly released = (): void => {
    this.#isReleased = true;
    this.hears();
  };

  /**
   * Sleeps for so many milliseconds, or until woken, and tells whether by a release. Rejects with the signal's reason
   * when that is aborted.
   */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', this.#end);
          resolve();
        };
        signal.addEventListener('abort', this.#end, { once: true });
      });
      this.#end();
    }
    const isReleased = this.#isReleased;
    this.#isDue = false;
    this.#isReleased = false;
    signal.throwIfAborted();
    return isReleased;
  }
}
