import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A browser's session. Its id is a secret; what is stored for it goes by `account`, which is none. */
export class Session {
  readonly #id: string;

  private constructor(id: string) {
    this.#id = id;
  }

  /** Begins a session, with an id that nobody could have planted in the browser. */
  static begin(): Session {
    return new Session(randomBytes(32).toString('base64url'));
  }

  /** The session that a request belongs to; where there is none, one of which nothing is known. */
  static of({ headers }: IncomingMessage): Session {
    const id = /(?:^|; )session=([\w-]+)/.exec(headers.cookie ?? '')?.[1];
    return id === undefined ? Session.begin() : new Session(id);
  }

  get account(): string {
    return createHash('sha256').update(this.#id).digest('base64url');
  }

  /** For a service behind HTTPS, add `Secure`. */
  get cookie(): string {
    return `session=${this.#id}; Path=/; HttpOnly; SameSite=Lax`;
  }

  /** Takes the cookie out of the browser. */
  static readonly noCookie = 'session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax';
}
