import { openClient } from './client-link.js';
import { NotPrimary } from './link.js';
import type { RedisServerOptions } from '../server-options.js';

/** What a witness said, a refusal included, or why it said nothing. */
export type Testimony = { readonly reply: unknown } | { readonly silence: unknown };

/**
 * Another server, which is asked about a primary over a connection of its own. One that keeps silent is not waited for
 * again before it has spoken, so that a machine that is gone costs its time once.
 */
export class Witness {
  readonly #options: RedisServerOptions;
  readonly #timeout: number;
  readonly #life: AbortController;
  #opened: { readonly life: AbortController; readonly client: ReturnType<typeof openClient> } | undefined;
  #isSilent = false;

  /** `timeout` in seconds; it is asked for a quarter of it. After `life` it asks no more. */
  constructor(options: RedisServerOptions, timeout: number, life: AbortController) {
    this.#options = options;
    this.#timeout = timeout;
    this.#life = life;
  }

  /** Ends their connections with `life`, by one listener for all: Node warns of a leak at more than ten. */
  static endWith({ signal }: AbortController, witnesses: () => Iterable<Witness>): void {
    const end = (): void => {
      for (const each of witnesses()) each.#opened?.life.abort();
    };
    signal.addEventListener('abort', end, { once: true });
  }

  /** Asks. Never rejects. */
  async ask(command: readonly string[]): Promise<Testimony> {
    if (this.#isSilent) return { silence: new NotPrimary() };
    const asked = this.#ask(command);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.#timeout * 250);
    });
    const said = await Promise.race([asked, late]);
    clearTimeout(timer);
    if (said !== 'late') return said;
    this.#isSilent = true;
    void asked.then(() => (this.#isSilent = false));
    return { silence: new NotPrimary() };
  }

  /** The replies among what was said. */
  static replies(said: readonly Testimony[]): unknown[] {
    return said.flatMap((each) => ('reply' in each ? [each.reply] : []));
  }

  async #ask(command: readonly string[]): Promise<Testimony> {
    const { life, client } = this.#present();
    try {
      return { reply: await (await client).sendCommand([...command]) };
    } catch (error) {
      return life.signal.aborted ? { silence: error } : { reply: error };
    }
  }

  #present() {
    if (this.#opened && !this.#opened.life.signal.aborted) return this.#opened;
    const life = new AbortController();
    if (this.#life.signal.aborted) life.abort();
    const client = openClient(this.#options, this.#timeout, life);
    client.catch(() => life.abort());
    return (this.#opened = { life, client });
  }
}
