import { type FSWatcher, watch } from 'node:fs';

/** Wakes one waiter when a file is touched, or after a time, since the dead touch nothing. */
export class WakeUp {
  #watcher: FSWatcher | undefined;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    try {
      this.#watcher = watch(path, { persistent: false }, () => this.#wake?.());
      this.#watcher.on('error', () => this.close());
    } catch {
      // Too many watches on this machine: the time alone has to do.
    }
  }

  /** Resolves after `milliseconds` at the latest; rejects with the signal's reason when that is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#wake = undefined;
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end);
      this.#wake = end;
      if (signal.aborted) end();
    });
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
