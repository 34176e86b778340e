import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

/** What is known of a browser. */
export interface Session<Pending> {
  /** Names its user's token; never shown to the browser. */
  readonly account: string;
  pending: Pending | undefined;
}

/** Sessions in memory, to keep the example short: take express-session or the like, with a store. */
export class Sessions<Pending> {
  readonly #sessions = new Map<string, Session<Pending>>();

  /** Begins a session, at each login and at its end, with an id that nobody could have planted in the browser. */
  begin(response: Response, account: string = randomUUID()): Session<Pending> {
    const id = randomUUID();
    const session = { account, pending: undefined };
    this.#sessions.set(id, session);
    response.cookie('session', id, { httpOnly: true, sameSite: 'lax' }); // behind HTTPS: secure, too
    return session;
  }

  /** The session of a request; one of which nothing is known where there is none. */
  of({ headers }: Request): Session<Pending> {
    const id = /(?:^|; )session=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    return this.#sessions.get(id) ?? { account: randomUUID(), pending: undefined };
  }
}
