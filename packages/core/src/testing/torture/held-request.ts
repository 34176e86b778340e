import type { Fault } from '../fake-server/fault.js';

/** Keeps the victim's request at the server, before or after the server acts on it, until it was hit. */
export class HeldRequest {
  readonly #processed: boolean;
  #arrive: () => void = () => undefined;
  #release: () => void = () => undefined;
  /** Resolves when the request is there. */
  readonly arrived = new Promise<void>((resolve) => (this.#arrive = resolve));
  readonly #released = new Promise<undefined>((resolve) => {
    this.#release = () => {
      resolve(undefined);
    };
  });

  constructor(processed: boolean) {
    this.#processed = processed;
  }

  /** What befalls the request. */
  get fault(): Fault {
    const wait = (): Promise<undefined> => {
      this.#arrive();
      return this.#released;
    };
    return this.#processed ? { name: 'answer held', after: wait } : { name: 'request held', before: wait };
  }

  /** Lets it go on. */
  release(): void {
    this.#release();
  }
}
