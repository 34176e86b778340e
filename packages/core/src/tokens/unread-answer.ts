/**
 * An answer of the token endpoint that nobody could read: it may hold tokens that exist nowhere else. A secret.
 *
 * @group Write your own storage
 */
export interface UnreadAnswer {
  /** What was asked for: the grant type. */
  readonly purpose: string;
  /** When, in ms since 1970. */
  readonly sent_at: number;
  /** The HTTP status. */
  readonly status: number;
  /** The header fields. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole text. */
  readonly text: string;
  /** The private key, a JWK, that the tokens in it are bound to. */
  readonly dpop_key?: Readonly<Record<string, unknown>>;
  /** Set where the tokens beside it are of another login, and may be renewed meanwhile. */
  readonly another_login?: true;
}

/** Reads what a record keeps of an answer; `undefined` where it keeps none. */
export function readUnread(value: unknown): UnreadAnswer | undefined {
  if (!isObject(value)) return undefined;
  const { purpose, sent_at, status, headers, text, dpop_key, another_login } = value;
  const isWhole = [purpose, text].every((each) => typeof each === 'string') && isObject(headers);
  if (!isWhole || typeof sent_at !== 'number' || typeof status !== 'number') return undefined;
  return Object.freeze({
    ...({ purpose, sent_at, status, headers, text } as UnreadAnswer),
    ...(isObject(dpop_key) && { dpop_key }),
    ...(another_login === true && { another_login }),
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
