import { explainResponse } from '@latchkey/core';

/** A user as EarthScope shows it to everybody. */
export interface AnonymousUser {
  readonly [field: string]: unknown;
}

/** EarthScope's service about users, for whoever has a flow. */
export class UserApi {
  readonly #fetch: typeof globalThis.fetch;
  readonly #url: string;

  /** @param fetch - sends the token: `flow.asFetch()` */
  constructor(fetch: typeof globalThis.fetch, url: string) {
    this.#fetch = fetch;
    this.#url = url.replace(/\/+$/, '');
  }

  /** The profile of whoever is logged in. @throws UnauthenticatedError, UnauthorizedError, Error */
  async getUser(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#ask('/api/user/')) as Record<string, unknown>;
  }

  /** What everybody may know of some users, by their ids and addresses. @throws as `getUser` */
  async lookupAnonymous(ids: readonly string[], emails: readonly string[]): Promise<readonly AnonymousUser[]> {
    const body = JSON.stringify({ ids, emails });
    const headers = { 'content-type': 'application/json' };
    return (await this.#ask('/api/user/anon/', { method: 'POST', headers, body })) as AnonymousUser[];
  }

  async #ask(path: string, init?: RequestInit): Promise<unknown> {
    const response = await this.#fetch(`${this.#url}${path}`, init);
    const problem = explainResponse(response);
    if (problem) throw problem;
    if (!response.ok) throw new Error(`The user service answered with status ${response.status}.`);
    return response.json();
  }
}
