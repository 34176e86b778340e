import { withinSeconds } from '../deadline.js';
import type { Subscriber } from '../link/link.js';
import type { WakeUp } from './redis-wake-up.js';

/** Wakes waiters when a lock is released. Where nothing can be heard it is silent: waiters look again by themselves. */
export class ReleaseBell {
  readonly #open: (life: AbortController) => Promise<Subscriber>;
  readonly #timeout: number;
  #opened: { readonly life: AbortController; readonly subscriber: Promise<Subscriber> } | undefined;

  /** `timeout` in seconds. */
  constructor(open: (life: AbortController) => Promise<Subscriber>, timeout: number) {
    this.#open = open;
    this.#timeout = timeout;
  }

  /** Calls `released` at each release on `channel`, and `hears` once when it can hear. Returns how to end that. */
  listen(channel: string, { released, hears }: Pick<WakeUp, 'released' | 'hears'>): () => void {
    const { life, subscriber } = this.#present();
    const hear = (message: string): void => {
      if (message === 'released') released();
    };
    const deafen = (): void => life.abort();
    const hearing = subscriber.then((open) => open.subscribe(channel, hear));
    const ended = withinSeconds(this.#timeout, hearing, deafen).then(hears, deafen);
    return () => {
      // Not before the subscription is there: it would stay.
      void ended
        .then(() => subscriber)
        .then((open) => open.unsubscribe(channel, hear))
        .catch(() => undefined);
    };
  }

  close(): void {
    this.#opened?.life.abort();
    this.#opened = undefined;
  }

  #present() {
    if (this.#opened && !this.#opened.life.signal.aborted) return this.#opened;
    const life = new AbortController();
    const subscriber = this.#open(life);
    subscriber.catch(() => life.abort());
    return (this.#opened = { life, subscriber });
  }
}
