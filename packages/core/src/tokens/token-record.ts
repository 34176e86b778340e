import { onOneLine } from '../platform/one-line.js';
import { readExpiry, readRefreshExpiry, readTime } from './record-times.js';
import { readUnread, type UnreadAnswer } from './unread-answer.js';

/** A token set as it is stored: OAuth's own names, times in whole seconds since 1970. @group Write your own storage */
export interface TokenRecord {
  /** The access token (RFC 6749 section 1.4). */
  access_token?: string;
  /** The refresh token (RFC 6749 section 1.5). */
  refresh_token?: string;
  /** The id token (OpenID Connect Core section 2). */
  id_token?: string;
  /** How the access token is used (RFC 6749 section 7.1). */
  token_type?: string;
  /** Granted scopes, separated by spaces. */
  scope?: string;
  /** When the access token ends, in seconds since 1970. */
  expires_at?: number;
  /** When it was issued, in seconds since 1970. */
  issued_at?: number;
  /** When the refresh token ends, in seconds since 1970; absent where that is not known, or never. */
  refresh_expires_at?: number;
  /** When the server first told that end, in seconds since 1970. */
  refresh_issued_at?: number;
  /** The private key, a JWK, that the tokens are bound to (RFC 9449). A secret. */
  dpop_key?: Readonly<Record<string, unknown>>;
  /** A client that a server registered for us (RFC 7591), in a record of its own without tokens. It may hold a secret. */
  registered_client?: Readonly<Record<string, unknown>>;
  /** What Latchkey notes beside the tokens. */
  latchkey?: RecordStamp & { readonly unread?: UnreadAnswer };
  [field: string]: unknown;
}

/** That a refresh token was presented in vain. @group Write your own storage */
export interface Unanswered {
  /** How often. */
  readonly times: number;
  /** Since when, in ms since 1970. */
  readonly since: number;
  /** When it may be presented again, in ms since 1970. */
  readonly until: number;
}

/** That a server refused a refresh token in words that may mean something else. @group Write your own storage */
export interface Suspected extends Unanswered {
  /** The server's `error` code; empty when it gave none. */
  readonly error: string;
  /** The server's explanation, cut to length and without secrets. */
  readonly description?: string;
  /** The HTTP status of the refusal. */
  readonly status?: number;
}

/** What Latchkey notes beside the tokens. It holds no secret, but for an answer that is `unread`, which `TokenSet` does not show. @group Write your own storage */
export interface RecordStamp {
  /** Version of these notes. */
  readonly version: 1;
  /** The credential that the tokens belong to. */
  readonly key?: string;
  /** Whose grant they are: `login` of a person, or a program's, such as `client_credentials`. */
  readonly kind?: string;
  /** The user or tenant that the flow named. */
  readonly account?: string;
  /** Grows with all new tokens, not with a note about those that are stored. */
  readonly generation?: number;
  /** The scopes that were asked for, since a server may grant others. */
  readonly requested_scope?: string;
  /** SHA-256, in hex, of the refresh token that somebody gave to start from; see `RefreshTokenFlow`. */
  readonly bootstrap?: string;
  /** Names the login that the tokens come from: random, made at each login, import or new grant, kept by renewals. */
  readonly login?: string;
  /** Set while the refresh token has been presented without an answer. */
  readonly unanswered?: Unanswered;
  /** Set while the server has refused the refresh token in words that may mean something else. */
  readonly suspected?: Suspected;
  /** The server's `error` code at which the login before this one was made, until the first renewal of this one. */
  readonly suspected_before?: string;
  /** Set when the server has refused the refresh token: it is presented no more. */
  readonly refused?: true;
}

const textFields = ['access_token', 'refresh_token', 'id_token', 'token_type'];

/** What a record never takes over as it is. */
const ownFields = new Set([
  ...textFields,
  ...[
    'scope',
    'expires_in',
    'expires_at',
    'issued_at',
    'refresh_expires_at',
    'refresh_issued_at',
    'latchkey',
    '__proto__',
  ],
]);

/** Brings a record of any known form into Latchkey's own: a token response, EarthScope's six keys, RDP's. */
export function normaliseRecord(source: Record<string, unknown>, now: number): TokenRecord {
  const record: TokenRecord = {};
  const keepText = (name: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '') record[name] = value;
  };
  for (const name of textFields) keepText(name, source[name]);
  keepText('scope', joinScope(source['scope']));
  const issued =
    readTime(source['issued_at']) ?? (source['expires_in'] === undefined ? undefined : Math.floor(now / 1000));
  const expires = readExpiry(source, issued, now);
  if (expires !== undefined) record.expires_at = expires;
  if (issued !== undefined) record.issued_at = issued;
  if (record.refresh_token !== undefined)
    Object.assign(record, readRefreshExpiry(source, issued ?? Math.floor(now / 1000)));
  for (const name of Object.keys(source)) {
    const value = source[name];
    if (value !== null && !ownFields.has(name) && isShallow(value)) record[name] = value;
  }
  if (!isKey(record.dpop_key)) delete record.dpop_key;
  if (!isClient(record.registered_client)) delete record.registered_client;
  const stamp = readStamp(source['latchkey']);
  const unread = readUnread((source['latchkey'] as { unread?: unknown } | null | undefined)?.unread);
  if (stamp) record.latchkey = unread ? { ...stamp, unread } : stamp;
  return record;
}

/**
 * Tells whether a value can be written as JSON. What is nested so deeply that writing it overflows the stack is nobody's
 * field, and must not be the reason why the tokens beside it are lost.
 */
export function isShallow(value: unknown, depth = 100): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

/** A list is joined, and characters that could forge lines in a log are none of a scope's (RFC 6749 section 3.3). */
function joinScope(scope: unknown): unknown {
  const text: unknown = Array.isArray(scope) ? scope.filter((item) => typeof item === 'string').join(' ') : scope;
  return typeof text === 'string' ? onOneLine(text) : text;
}

function readStamp(value: unknown): RecordStamp | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { generation, unanswered, suspected, refused } = value as Partial<Record<string, unknown>>;
  // Not by spreads: V8 would give each record a hidden class of its own, 300 bytes.
  const stamp: { -readonly [Name in keyof RecordStamp]: RecordStamp[Name] } = { version: 1 };
  for (const name of stampTexts) {
    const text = (value as Partial<Record<string, unknown>>)[name];
    if (typeof text === 'string') stamp[name] = text;
  }
  if (typeof generation === 'number' && Number.isSafeInteger(generation)) stamp.generation = generation;
  if (unanswered !== undefined) Object.assign(stamp, readUnanswered(unanswered));
  if (suspected !== undefined) Object.assign(stamp, readSuspected(suspected));
  if (refused === true) stamp.refused = refused;
  return Object.freeze(stamp);
}

const stampTexts = ['key', 'kind', 'account', 'requested_scope', 'bootstrap', 'login', 'suspected_before'] as const;

function isKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'd' in value;
}

function isClient(value: unknown): boolean {
  const { client_id: id } = Object(value) as { client_id?: unknown };
  return typeof id === 'string' && id !== '';
}

function readUnanswered(value: unknown): Pick<RecordStamp, 'unanswered'> {
  const { times, since, until = 0 } = (value ?? {}) as Partial<Record<keyof Unanswered, unknown>>;
  const areNumbers = typeof times === 'number' && typeof since === 'number' && typeof until === 'number';
  return areNumbers ? { unanswered: { times, since, until } } : {};
}

function readSuspected(value: unknown): Pick<RecordStamp, 'suspected'> {
  const { error, description, status } = (value ?? {}) as Partial<Record<keyof Suspected, unknown>>;
  const { unanswered } = readUnanswered(value);
  if (!unanswered || typeof error !== 'string') return {};
  const said = {
    ...(typeof description === 'string' && { description }),
    ...(typeof status === 'number' && { status }),
  };
  return { suspected: { ...unanswered, error, ...said } };
}
