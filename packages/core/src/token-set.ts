import { expiryOfJwt, readJwtClaims } from './jwt.js';

/** A token set as it is stored: OAuth's own names, times in whole seconds since 1970. */
export interface TokenRecord {
  access_token?: string;
  refresh_token?: string;
  id_token?: string;
  token_type?: string;
  scope?: string;
  expires_at?: number;
  issued_at?: number;
  latchkey?: RecordStamp;
  [field: string]: unknown;
}

/** What Latchkey notes beside the tokens. It holds no secret. */
export interface RecordStamp {
  readonly version: 1;
  /** The credential that the tokens belong to. */
  readonly key?: string;
  /** Grows with every save; tells one record from the next. */
  readonly generation?: number;
  /** The scopes that were asked for, since a server may grant others. */
  readonly requested_scope?: string;
  /** Set while the refresh token has been presented without an answer: how often, and since when (ms). */
  readonly unanswered?: { readonly times: number; readonly since: number };
}

/**
 * Tokens of one credential. Immutable. `JSON.stringify` gives the full record, which {@link TokenSet.from}
 * reads back; printing, inspecting and template strings show no secret.
 */
export class TokenSet {
  readonly #record: Readonly<TokenRecord>;

  private constructor(record: Readonly<TokenRecord>) {
    this.#record = record;
  }

  /**
   * Reads a stored record, a bare token response, EarthScope's six keys or RDP's `expiry_tm`; from an object or
   * from JSON text. Unknown fields are kept, `null` counts as absent.
   *
   * Expiry is `expires_at`, else `expiry_tm`, else `issued_at` (or `now`, in ms) plus `expires_in`, else the access
   * token's own `exp` (RFC 7519 section 4.1.4), else unknown.
   *
   * @throws SyntaxError when the text is no JSON; TypeError when it is no object or holds no token.
   */
  static from(json: unknown, now: number = Date.now()): TokenSet {
    if (json instanceof TokenSet) return json;
    const source: unknown = parse(typeof json === 'string' ? json : JSON.stringify(json));
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw new TypeError('A token record must be a JSON object.');
    }
    const record = normalise(source as Record<string, unknown>, now);
    if (record.access_token === undefined && record.refresh_token === undefined) {
      throw new TypeError('A token record must hold an access_token or a refresh_token.');
    }
    return new TokenSet(Object.freeze(record));
  }

  get accessToken(): string | undefined {
    return this.#record.access_token;
  }
  get refreshToken(): string | undefined {
    return this.#record.refresh_token;
  }
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
  get issuedAt(): Date | undefined {
    return toDate(this.#record.issued_at);
  }
  /** What Latchkey noted beside the tokens. */
  get stamp(): RecordStamp | undefined {
    return this.#record.latchkey;
  }
  /** Grows with every save; `undefined` for records that Latchkey did not write. */
  get generation(): number | undefined {
    return this.#record.latchkey?.generation;
  }
  /** The access token's claims when it is a JWT; decoded, not verified. */
  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.#record.access_token === undefined ? undefined : readJwtClaims(this.#record.access_token);
  }

  /** The same tokens with other notes beside them. */
  withStamp(stamp: Omit<RecordStamp, 'version'>): TokenSet {
    return new TokenSet(Object.freeze({ ...this.#record, latchkey: Object.freeze({ version: 1, ...stamp }) }));
  }

  /** The full record, secrets included: what a subclass's `saveTokens` stores. */
  toJSON(): TokenRecord {
    return structuredClone(this.#record);
  }

  toString(): string {
    const held = (['access_token', 'refresh_token', 'id_token'] as const).filter((name) => this.#record[name]);
    const expiry = this.expiresAt?.toISOString() ?? 'unknown';
    return `TokenSet(${held.join(', ')}; scope: ${this.scope ?? 'unknown'}; expires: ${expiry})`;
  }

  /** What `console.log` and `util.inspect` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

const latestSecond = 8_640_000_000_000; // the last second that a Date can hold

/** Reads a lifetime in seconds from a number or numeric string; `undefined` for all else. */
export function readSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
  return Math.min(Math.max(Math.floor(number), 0), latestSecond);
}

function normalise(source: Record<string, unknown>, now: number): TokenRecord {
  const { expires_in, access_token, refresh_token, id_token, token_type, scope, issued_at, latchkey, ...rest } = source;
  const record: TokenRecord = {};
  const strings = { access_token, refresh_token, id_token, token_type, scope: joinScope(scope) };
  for (const [name, value] of Object.entries(strings)) {
    if (typeof value === 'string' && value !== '') record[name] = value;
  }
  const issued = readSeconds(issued_at) ?? (expires_in === undefined ? undefined : Math.floor(now / 1000));
  const expires = readExpiry(source, issued, now);
  if (expires !== undefined) record.expires_at = expires;
  if (issued !== undefined) record.issued_at = issued;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null && name !== 'expires_at' && name !== '__proto__') record[name] = value;
  }
  const stamp = readStamp(latchkey);
  if (stamp) record.latchkey = stamp;
  return record;
}

function readExpiry(source: Record<string, unknown>, issued: number | undefined, now: number): number | undefined {
  const stored = readSeconds(source['expires_at']) ?? readRdpExpiry(source['expiry_tm']);
  if (stored !== undefined) return stored;
  const lifetime = readSeconds(source['expires_in']);
  if (lifetime !== undefined) return Math.min((issued ?? Math.floor(now / 1000)) + lifetime, latestSecond);
  return typeof source['access_token'] === 'string' ? readSeconds(expiryOfJwt(source['access_token'])) : undefined;
}

/** RDP's samples write seconds in Python and milliseconds in Java. */
function readRdpExpiry(value: unknown): number | undefined {
  const number = readSeconds(value);
  return number !== undefined && number > 100_000_000_000 ? Math.floor(number / 1000) : number;
}

function joinScope(scope: unknown): unknown {
  return Array.isArray(scope) ? scope.filter((item) => typeof item === 'string').join(' ') : scope;
}

function readStamp(value: unknown): RecordStamp | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key, generation, requested_scope, unanswered } = value as Partial<Record<string, unknown>>;
  return Object.freeze({
    version: 1,
    ...(typeof key === 'string' && { key }),
    ...(typeof generation === 'number' && Number.isSafeInteger(generation) && { generation }),
    ...(typeof requested_scope === 'string' && { requested_scope }),
    ...readUnanswered(unanswered),
  });
}

function readUnanswered(value: unknown): Pick<RecordStamp, 'unanswered'> {
  const { times, since } = (value ?? {}) as { times?: unknown; since?: unknown };
  return typeof times === 'number' && typeof since === 'number' ? { unanswered: { times, since } } : {};
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // The engine's message quotes the text, which may hold a token.
    throw new SyntaxError('A token record must be JSON; this text is not.');
  }
}

function toDate(seconds: number | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}
