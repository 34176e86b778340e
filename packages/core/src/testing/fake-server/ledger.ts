import assert from 'node:assert/strict';
import type { AuthenticationMethod } from './client-authentication.js';
import type { Endpoint } from './received-request.js';

/** Tokens that the server issued. @group Fake authorization server */
export interface IssuedTokens {
  /** The access token. */
  readonly accessToken: string;
  /** The refresh token, if the grant gives one. */
  readonly refreshToken: string | undefined;
}

/**
 * One request, as the server saw it. Secrets are kept as they came: this is the memory of a test.
 *
 * @group Fake authorization server
 */
export interface LedgerEntry {
  /** Counts from 1 in the order of arrival. */
  readonly number: number;
  /** The place that it came to. */
  readonly endpoint: Endpoint;
  /** HTTP method. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Request headers. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, as text. */
  readonly body: string;
  /** Form or JSON fields. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The grant, at the token endpoint. */
  readonly grantType: string | undefined;
  /** The client, if it said who it is. */
  readonly clientId: string | undefined;
  /** The secret that it gave. */
  readonly clientSecret: string | undefined;
  /** How the client proved who it is. */
  readonly authentication: AuthenticationMethod;
  /** How id and secret were written in a Basic header. */
  readonly basicEncoding: 'rfc6749' | 'raw' | 'either' | undefined;
  /** The refresh token that was presented for a renewal. */
  readonly refreshToken: string | undefined;
  /** The access token that was presented to an API. */
  readonly accessToken: string | undefined;
  /** When it arrived, in milliseconds since 1970 by the server's clock. */
  readonly at: number;
  /** Whether the server acted on it: tokens may have been issued, rotated or revoked. */
  processed: boolean;
  /**
   * What became of the answer: `complete` as the server meant it and handed to the network, `altered` by a fault, `lost` on the way in whole
   * or in part, `pending` while it is being made or held back.
   */
  answered: 'pending' | 'complete' | 'altered' | 'lost';
  /** `issued`, `refused: invalid_grant` and so on; `answered 200` where no token is at stake. */
  outcome: string;
  /** Whether a refresh token that was used up came again outside of its grace. */
  reuse: boolean;
  /** The tokens that the server issued for it, whether or not they arrived. */
  issued: IssuedTokens | undefined;
  /** The fault that befell it. */
  fault: string | undefined;
}

/** Which requests are meant; what is left out matches all. @group Fake authorization server */
export interface RequestFilter {
  /** Requests to this place. */
  readonly endpoint?: Endpoint | undefined;
  /** Matches the token endpoint only. */
  readonly grantType?: string | undefined;
  /** Requests of this client. */
  readonly clientId?: string | undefined;
}

/** Tells whether a request is one of those meant. */
export function matches(filter: RequestFilter, entry: LedgerEntry): boolean {
  return (
    (filter.endpoint === undefined || filter.endpoint === entry.endpoint) &&
    (filter.grantType === undefined || (entry.endpoint === 'token' && filter.grantType === entry.grantType)) &&
    (filter.clientId === undefined || filter.clientId === entry.clientId)
  );
}

/**
 * Every request that reached the server, in the order of arrival, and what a test wants to know of them.
 *
 * @group Fake authorization server
 */
export class Ledger {
  readonly #entries: LedgerEntry[] = [];

  /** All requests. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** The requests to the token endpoint. */
  get tokenRequests(): readonly LedgerEntry[] {
    return this.filter({ endpoint: 'token' });
  }

  /** How often a refresh token that was used up came again outside of its grace. */
  get reuses(): number {
    return this.#entries.filter((entry) => entry.reuse).length;
  }

  /** The requests that match. */
  filter(filter: RequestFilter): readonly LedgerEntry[] {
    return this.#entries.filter((entry) => matches(filter, entry));
  }

  /** How many requests match; all of them without a filter. */
  count(filter: RequestFilter = {}): number {
    return this.filter(filter).length;
  }

  /** The renewals for which `refreshToken` was presented, processed or not. */
  presentations(refreshToken: string): readonly LedgerEntry[] {
    return this.#entries.filter((entry) => entry.refreshToken === refreshToken);
  }

  /** Fails unless `refreshToken` was presented exactly once. */
  assertPresentedOnce(refreshToken: string): void {
    const found = this.presentations(refreshToken);
    assert.equal(
      found.length,
      1,
      `${refreshToken} was presented ${times(found.length)} instead of once.${list(found)}`,
    );
  }

  /** Fails when any refresh token was presented more than once. */
  assertEachPresentedOnce(): void {
    const presented = this.#entries.flatMap(({ refreshToken }) => refreshToken ?? []);
    for (const refreshToken of new Set(presented)) this.assertPresentedOnce(refreshToken);
  }

  /** Fails unless the token endpoint received `count` requests, of one grant type where that is given. */
  assertTokenRequests(count: number, filter: Omit<RequestFilter, 'endpoint'> = {}): void {
    const found = this.filter({ ...filter, endpoint: 'token' });
    assert.equal(found.length, count, `${count} token requests were expected, ${found.length} came.${list(found)}`);
  }

  /** Fails when a refresh token that was used up came again outside of its grace. */
  assertNoReuse(): void {
    const found = this.#entries.filter((entry) => entry.reuse);
    assert.equal(found.length, 0, `A used refresh token was presented again, ${times(found.length)}.${list(found)}`);
  }

  /** Forgets what came so far. */
  clear(): void {
    this.#entries.length = 0;
  }

  /** Notes a request; the server does so. */
  add(entry: LedgerEntry): void {
    this.#entries.push(entry);
  }
}

function times(count: number): string {
  return count === 1 ? '1 time' : `${count} times`;
}

function list(entries: readonly LedgerEntry[]): string {
  return entries
    .map(({ number, grantType, refreshToken, outcome, answered, fault }) => {
      const what = [grantType, refreshToken, outcome, `answer ${answered}`, fault && `fault: ${fault}`];
      return `\n  #${number} ${what.filter(Boolean).join(', ')}`;
    })
    .join('');
}
