/** A sleep that others can end. */
export class WakeUp {
  #isDue = false;
  #end: () => void = () => undefined;

  /** Ends the sleep, or the next one. */
  readonly wake = (): void => {
    this.#isDue = true;
    this.#end();
  };

  /** Sleeps for so many milliseconds, or until woken. Rejects with the signal's reason when that is aborted. */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
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
    this.#isDue = false;
    signal.throwIfAborted();
  }
}
