import { type FSWatcher, watch } from 'node:fs';

/** Wakes one waiter when a file is touched, or after a time, since the dead touch nothing. */
export class WakeUp {
  #watcher: FSWatcher | undefined;
  #touched: (() => void) | undefined;

  constructor(path: string) {
    try {
      this.#watcher = watch(path, { persistent: false }, () => this.#touched?.());
      this.#watcher.on('error', () => this.close());
    } catch {
      // Too many watches on this machine: the time alone has to do.
    }
  }

  /**
   * Resolves after `milliseconds` at the latest, and tells whether the file was touched; rejects with the signal's
   * reason when that is aborted.
   */
  wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (isTouched: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#touched = undefined;
        if (signal.aborted) reject(signal.reason as Error);
        else resolve(isTouched);
      };
      const abort = (): void => end(false);
      const timer = setTimeout(end, milliseconds, false);
      signal.addEventListener('abort', abort);
      this.#touched = (): void => end(true);
      if (signal.aborted) abort();
    });
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
