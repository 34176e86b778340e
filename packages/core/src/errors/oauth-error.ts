import { AuthFlowError, type ErrorDetails, layered } from './auth-flow-error.js';
import { brand } from './brand.js';

/**
 * An error that may come of a server's answer. What the server said stands here, cut to length and without secrets; what
 * it did not say is `undefined`, and all of it where no answer came.
 *
 * @group Errors
 */
export abstract class OAuthError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'OAuthError';
  /** HTTP status of the answer. */
  declare readonly status: number | undefined;
  /** The server's `error` code (RFC 6749 section 5.2). */
  declare readonly error: string | undefined;
  /** The server's explanation, `error_description`. */
  declare readonly errorDescription: string | undefined;
  /** The server's finer code beside `error`, as Microsoft Entra gives it. */
  declare readonly suberror: string | undefined;
  /** The claims that the next login has to ask for (OpenID Connect Core section 5.5), as the JSON text that was sent. */
  declare readonly claims: string | undefined;
  /** Seconds to wait, when the server said so: its own number (RFC 9110 section 10.2.3). */
  declare readonly retryAfter: number | undefined;

  /** @see AuthFlowError */
  constructor(...said: readonly (AnswerDetails | undefined)[]) {
    super(...said);
    Object.assign(this, layered([answerIn(layered(said))]));
  }
}

/** What an {@link OAuthError} is made from: all that a server said, free of secrets. @group Errors */
export interface AnswerDetails
  extends
    ErrorDetails,
    Partial<Pick<OAuthError, 'status' | 'error' | 'errorDescription' | 'suberror' | 'claims' | 'retryAfter'>> {}

/** What an error is made from that no class has without an answer. @group Errors */
export interface OAuthErrorDetails extends AnswerDetails {
  readonly status: number;
}

/** Takes what a server said from an error, for another error that comes of the same answer. */
export function answerIn(details: AnswerDetails): AnswerDetails {
  const { status, error, errorDescription, suberror, claims, retryAfter } = details;
  return { status, error, errorDescription, suberror, claims, retryAfter };
}

/** A login asks for the scopes of the stored one too, which no option shows. */
export function ofStoredScope({ error }: AnswerDetails): string {
  return error === 'invalid_scope' ? ' A login asks for the scopes of the one before too: logout() forgets them.' : '';
}

/** Puts a refusal into a few words for a message. */
export function describeRefusal({ status, error, errorDescription }: AnswerDetails): string {
  const parts = [status === undefined ? 'no answer' : `status ${status}`, error, errorDescription];
  return parts.filter(Boolean).join(', ');
}
