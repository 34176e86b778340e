import {
  AuthFlowError,
  OAuthError,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
} from '../errors/index.js';
import { answerIn } from '../errors/oauth-error.js';

const freeFailures = 5;
const freeFailuresWhenAskedToWait = 2;
const [first, longest] = [1000, 60_000]; // milliseconds
const pauseBetweenTries = 1000; // milliseconds

/**
 * Spares a server that fails. After five failures in a row, or two when the server says how long to wait, requests end
 * at once with the last failure: for 0.5 s to 1 s, then twice as long with every further failure, or as long as the
 * server says, a minute at most. Then one request a second may try, until one is answered.
 *
 * Renewals of all accounts of a flow count together; a login by a person is never held up.
 */
export class CoolDown {
  readonly #now: () => number;
  #failures = 0;
  #until = -Infinity;
  #lastFailure: AuthFlowError | undefined;

  /** @param now - milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws TokenEndpointUnavailableError while no request may be sent */
  assertOver(): void {
    if (!this.#lastFailure || this.#until === -Infinity) return;
    const now = this.#now();
    const left = this.#until - now;
    if (left > 0 && left <= longest) throw this.#unavailable(left); // more is left only if the clock was set back
    this.#until = now + pauseBetweenTries;
  }

  /** Counts what a request came to. A refusal is an answer too. */
  async watch<T>(request: () => Promise<T>): Promise<T> {
    const failures = this.#failures;
    try {
      const answer = await request();
      this.#noteAnswer();
      return answer;
    } catch (error) {
      const isCounted = this.#failures > failures; // by another request that met the same outage
      if (isFailure(error) && !isCounted) this.#noteFailure(error);
      else if (!isFailure(error) && error instanceof AuthFlowError) this.#noteAnswer();
      throw error;
    }
  }

  #noteAnswer(): void {
    this.#failures = 0;
    this.#until = -Infinity;
    this.#lastFailure = undefined;
  }

  #noteFailure(error: AuthFlowError): void {
    this.#failures += 1;
    this.#lastFailure = error;
    const asked = error instanceof TokenEndpointUnavailableError ? (error.retryAfter ?? 0) * 1000 : 0;
    const free = asked > 0 ? freeFailuresWhenAskedToWait : freeFailures;
    if (this.#failures < free) return;
    const pause = first * 2 ** Math.max(0, this.#failures - freeFailures);
    const jittered = pause * (0.5 + Math.random() / 2);
    this.#until = this.#now() + Math.min(Math.max(jittered, asked), longest);
  }

  #unavailable(left: number): AuthFlowError {
    const failure = this.#lastFailure;
    const { code, remedy } = failure instanceof TokenEndpointUnavailableError ? failure : {};
    const seconds = Math.ceil(left / 1000);
    return new TokenEndpointUnavailableError({
      ...(failure instanceof OAuthError && answerIn(failure)),
      message: `The authorization server has failed ${this.#failures} times in a row; it is asked again in ${seconds} s.`,
      ...(code !== undefined && { code }),
      ...(remedy !== undefined && { remedy }),
      mayHaveArrived: false,
      cause: failure,
    });
  }
}

function isFailure(error: unknown): error is AuthFlowError {
  return error instanceof TokenEndpointUnavailableError || error instanceof RefreshOutcomeUnknownError;
}
