import type { DpopKey } from '../crypto/dpop-proof.js';
import { readJwtClaims } from '../crypto/jwt.js';
import { isOfJson, wrongKind } from './record-kind.js';
import { normaliseRecord, type RecordStamp, type TokenRecord } from './token-record.js';
import type { UnreadAnswer } from './unread-answer.js';

/**
 * Tokens of one credential. Immutable. `JSON.stringify` gives the full record, which {@link TokenSet.from}
 * reads back; printing, inspecting and template strings show no secret.
 *
 * @group Start here
 */
export class TokenSet {
  readonly #record: Readonly<TokenRecord>;
  readonly #unread: UnreadAnswer | undefined;

  private constructor(record: TokenRecord, unread?: UnreadAnswer) {
    this.#record = Object.freeze(record);
    this.#unread = unread;
  }

  /**
   * Reads a stored record, a bare token response, EarthScope's six keys or RDP's `expiry_tm`; from an object or
   * from JSON text. Unknown fields are kept, `null` counts as absent.
   *
   * Expiry is `expires_at` (seconds, or a time in ISO 8601 with its zone), else `expiry_tm`, else `issued_at` (or `now`,
   * in ms) plus `expires_in`, else the access token's own `exp` (RFC 7519 section 4.1.4), else unknown.
   *
   * @throws SyntaxError when the text is no JSON; TypeError when it is no object or holds no token. Both have the code
   * `RECORD_UNREADABLE`, by which a flow tells what a storage hook throws from an outage. TypeError without that code for what
   * JSON has not, such as bytes, a `Map` or a promise: that is a mistake of the caller, and nothing is overwritten for it.
   */
  static from(json: unknown, now: number = Date.now()): TokenSet {
    if (json instanceof TokenSet) return json;
    const source: unknown = parse(typeof json === 'string' ? json : textOf(json));
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw noRecord(new TypeError('A token record must be a JSON object.'));
    }
    const record = normaliseRecord(source as Record<string, unknown>, now);
    const { access_token, refresh_token, registered_client, latchkey } = record;
    if ((access_token ?? refresh_token ?? registered_client ?? latchkey?.unread) === undefined) {
      if (!isOfJson(json)) throw new TypeError(wrongKind(json));
      throw noRecord(new TypeError('A token record must hold an access_token or a refresh_token, so named.'));
    }
    if (!latchkey?.unread) return new TokenSet(record);
    const { unread, ...stamp } = latchkey;
    return new TokenSet({ ...record, latchkey: Object.freeze({ ...stamp }) }, unread);
  }

  /** The access token; absent while only a refresh token is known. */
  get accessToken(): string | undefined {
    return this.#record.access_token;
  }
  /** The refresh token, if the server gave one. */
  get refreshToken(): string | undefined {
    return this.#record.refresh_token;
  }
  /** The id token, if the server gave one. */
  get idToken(): string | undefined {
    return this.#record.id_token;
  }
  /** How the access token is used, as the server wrote it; `Bearer` when it did not say. */
  get tokenType(): string {
    return this.#record.token_type ?? 'Bearer';
  }
  /** Granted scopes, separated by spaces; `undefined` when the server did not say. */
  get scope(): string | undefined {
    return this.#record.scope;
  }
  /** When the access token ends; `undefined` when unknown (then it is used until an API refuses it). */
  get expiresAt(): Date | undefined {
    return toDate(this.#record.expires_at);
  }
  /** When the access token was issued; `undefined` when unknown. */
  get issuedAt(): Date | undefined {
    return toDate(this.#record.issued_at);
  }
  /**
   * When the refresh token ends, and the login with it unless a renewal moves that: as servers tell by
   * `refresh_token_expires_in`, `refresh_expires_in` or `x_refresh_token_expires_in`; `undefined` when unknown, or never (0).
   */
  get refreshExpiresAt(): Date | undefined {
    return toDate(this.#record.refresh_expires_at);
  }
  /** @internal */
  get refreshIssuedAt(): Date | undefined {
    return toDate(this.#record.refresh_issued_at);
  }
  /** @internal */
  get dpopKey(): DpopKey | undefined {
    return this.#record.dpop_key;
  }
  /** What Latchkey noted beside the tokens. */
  get stamp(): RecordStamp | undefined {
    return this.#record.latchkey;
  }
  /** Grows with all new tokens, not with notes about them; `undefined` for records that Latchkey did not write. */
  get generation(): number | undefined {
    return this.#record.latchkey?.generation;
  }
  /** The access token's claims when it is a JWT; decoded, not verified. */
  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.#record.access_token === undefined ? undefined : readJwtClaims(this.#record.access_token);
  }

  /** The id token's claims, decoded but not verified; `undefined` when there is none. */
  get idTokenClaims(): Readonly<Record<string, unknown>> | undefined {
    return this.idToken === undefined ? undefined : readJwtClaims(this.idToken);
  }

  /** The same tokens with other notes beside them. */
  withStamp(stamp: Omit<RecordStamp, 'version'>): TokenSet {
    return new TokenSet({ ...this.#record, latchkey: Object.freeze({ version: 1, ...stamp }) }, this.#unread);
  }

  /** @internal An answer that could not be read, and may hold newer tokens. It is stored, and shown nowhere. */
  get unread(): UnreadAnswer | undefined {
    return this.#unread;
  }

  /** @internal */
  withUnread(unread: UnreadAnswer | undefined): TokenSet {
    return new TokenSet(this.#record, unread);
  }

  /** @internal A record of an answer that could not be read, and nothing else. */
  static ofUnread(unread: UnreadAnswer): TokenSet {
    return new TokenSet({}, unread);
  }

  /** @internal */
  boundTo(key: DpopKey): TokenSet {
    return new TokenSet({ ...this.#record, dpop_key: key }, this.#unread);
  }

  /** The full record, secrets included: what a subclass's `saveTokens` stores. */
  toJSON(): TokenRecord;
  /** `JSON.stringify` says what it asks for, and makes a text at once: that needs no copy, which costs more than the text. */
  toJSON(asked?: string): TokenRecord {
    const [record, unread] = [this.#record, this.#unread];
    const whole = unread ? { ...record, latchkey: { version: 1 as const, ...record.latchkey, unread } } : record;
    return asked === undefined ? structuredClone(whole) : whole;
  }

  /** Says what is held, without the tokens. */
  toString(): string {
    const held = (['access_token', 'refresh_token', 'id_token', 'registered_client'] as const).filter(
      (name) => this.#record[name],
    );
    const expiry = this.expiresAt?.toISOString() ?? 'unknown';
    return `TokenSet(${held.join(', ')}; scope: ${this.scope ?? 'unknown'}; expires: ${expiry})`;
  }

  /** What `console.log` and `util.inspect` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Rows of a database may hold whole numbers as `bigint`, which JSON has not. */
function textOf(row: unknown): string | undefined {
  try {
    return JSON.stringify(row, (_name, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
  } catch {
    throw noRecord(new TypeError('A token record must be what JSON can hold; this is not.'));
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text.replace(/^\uFEFF/, '')); // editors put it there
  } catch {
    // The engine's message quotes the text, which may hold a token.
    throw noRecord(new SyntaxError('A token record must be JSON; this text is not.'));
  }
}

function noRecord<Refusal extends Error>(refusal: Refusal): Refusal {
  return Object.assign(refusal, { code: 'RECORD_UNREADABLE' });
}

function toDate(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}
