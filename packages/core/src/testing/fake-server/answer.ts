/** What the server says to a request. @group Fake authorization server */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  /** Response headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, as text. */
  readonly body: string;
}

/** A JSON answer; 200 unless told. */
export function jsonAnswer(fields: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  const always = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers: { ...always, ...headers }, body: JSON.stringify(fields) };
}

/** A refusal as in RFC 6749 section 5.2; `error_description` only when given. */
export function errorAnswer(error: string, status = 400, description?: string): Answer {
  const headers = status === 401 ? { 'www-authenticate': 'Basic realm="fake"' } : {};
  return jsonAnswer({ error, ...(description !== undefined && { error_description: description }) }, status, headers);
}

/** A redirect without a body. */
export function redirectAnswer(location: string, status = 302): Answer {
  return { status, headers: { location }, body: '' };
}

/** A refusal that is thrown from anywhere while a request is processed, and becomes an {@link errorAnswer}. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly status = 400,
    description?: string,
  ) {
    super(description ?? code);
  }

  toAnswer(): Answer {
    return errorAnswer(this.code, this.status, this.message === this.code ? undefined : this.message);
  }
}
