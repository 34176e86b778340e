/** What an authorization server says about a refused request; free of secrets. @group Errors */
export interface OAuthErrorDetails {
  /** HTTP status. */
  readonly status: number;
  /** The server's `error` code. */
  readonly error?: string | undefined;
  /** The server's `error_description`. */
  readonly errorDescription?: string | undefined;
}

/** Puts a refusal into a few words for a message. */
export function describeRefusal({ status, error, errorDescription }: Partial<OAuthErrorDetails>): string {
  const parts = [status === undefined ? 'no answer' : `status ${status}`, error, errorDescription];
  return parts.filter(Boolean).join(', ');
}
