import {
  AuthFlowError,
  OAuthError,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
} from '../errors/index.js';
import { answerIn } from '../errors/oauth-error.js';

const freeFailures = 5;
const freeFailuresWhenAskedToWait = 2;
const mostAtOnce = 3;
const [first, longest] = [1000, 60_000]; // milliseconds
const pauseBetweenTries = 1000; // milliseconds

/**
 * Spares a server that fails. After five failures in a row (of those that met one outage together three count), or two
 * when the server says how long to wait, requests end at once with the last failure: for a second and as long as it has
 * been failing, or as long as the server says, a minute at most. Then one request a second may try, until one is answered.
 * A pause that the server did not ask for is never longer than the outage has lasted by more than that second.
 *
 * Renewals of all accounts of a flow count together; a login by a person is never held up.
 */
export class CoolDown {
  readonly #now: () => number;
  #failures = 0;
  #since = -Infinity;
  #until = -Infinity;
  #lastFailure: AuthFlowError | undefined;

  /** @param now - milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws TokenEndpointUnavailableError while no request may be sent */
  assertOver(): void {
    const left = this.#until - this.#now();
    if (left > 0 && left <= longest) throw this.#unavailable(left); // more is left only if the clock was set back
  }

  /** Takes the turn of whoever tries again; others wait for another second. @throws as `assertOver` */
  takeTurn(): void {
    this.assertOver();
    if (this.#until > -Infinity) this.#until = this.#now() + pauseBetweenTries;
  }

  /** Whether the last word of the server was a failure. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Counts what a request came to. A refusal is an answer too. */
  async watch<T>(request: () => Promise<T>): Promise<T> {
    const before = this.#failures;
    try {
      const answer = await request();
      this.#noteAnswer();
      return answer;
    } catch (error) {
      const isCounted = this.#failures - before >= mostAtOnce; // by others that met the same outage
      if (isFailure(error) && !isCounted) this.#noteFailure(error);
      else if (!isFailure(error) && error instanceof AuthFlowError) this.#noteAnswer();
      throw error;
    }
  }

  /** As `watch`, for a login: it is never held up, so only its answer counts. */
  async watchAnswers<T>(request: () => Promise<T>): Promise<T> {
    const answer = await request();
    this.#noteAnswer();
    return answer;
  }

  #noteAnswer(): void {
    this.#failures = 0;
    this.#until = -Infinity;
    this.#lastFailure = undefined;
  }

  #noteFailure(error: AuthFlowError): void {
    const now = this.#now();
    if (this.#failures === 0) this.#since = now;
    this.#failures += 1;
    this.#lastFailure = error;
    const asked = error instanceof TokenEndpointUnavailableError ? (error.retryAfter ?? 0) * 1000 : 0;
    const free = asked > 0 ? freeFailuresWhenAskedToWait : freeFailures;
    if (this.#failures < free) return;
    const lasted = Math.max(now - this.#since, 0);
    const pause = (first + lasted) * (0.9 + Math.random() / 10); // so that hosts do not come back together
    this.#until = now + Math.min(Math.max(pause, asked), longest);
  }

  #unavailable(left: number): AuthFlowError {
    const failure = this.#lastFailure;
    const said = failure instanceof TokenEndpointUnavailableError && { code: failure.code, remedy: failure.remedy };
    const seconds = Math.ceil(left / 1000);
    return new TokenEndpointUnavailableError({
      ...(failure instanceof OAuthError && answerIn(failure)),
      message: `The authorization server has failed ${this.#failures} times in a row; it is asked again in ${seconds} s.`,
      ...said,
      mayHaveArrived: false,
      cause: failure,
    });
  }
}

function isFailure(error: unknown): error is AuthFlowError {
  return error instanceof TokenEndpointUnavailableError || error instanceof RefreshOutcomeUnknownError;
}
