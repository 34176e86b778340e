import { checkSeconds } from './seconds.js';

/**
 * How to ask for an access token.
 *
 * @group Start here
 * @group Options
 */
export interface AccessTokenOptions {
  /**
   * Seconds; a token with less than so many left is renewed. Set it for a call whose token has to last longer.
   *
   * @defaultValue the flow's option of the same name
   */
  readonly autoRefreshThreshold?: number | undefined;
  /**
   * Returns what is stored as it is, expired or not, without any request but a login that `interactive` allows.
   * Rarely needed: to look at a token.
   *
   * @defaultValue false
   */
  readonly noAutoRefresh?: boolean | undefined;
  /**
   * An access token that an API refused: any other is returned, or this one is renewed. Set it after a 401, where requests do
   * not go by `flow.fetch`.
   *
   * @defaultValue none
   */
  readonly rejectedToken?: string | undefined;
  /** Logs in when that is needed, which may ask a person. Set it where somebody is there. @defaultValue false */
  readonly interactive?: boolean | undefined;
  /**
   * Ends this caller's wait, never the renewal that others wait for. Set it where the caller may leave.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal | undefined;
}

/** What one caller asks for, and since when (ms). */
export interface Call {
  readonly threshold: number | undefined;
  readonly rejected: string | undefined;
  readonly began: number;
  /** Nobody waits for it: it leaves where another process holds the lock, since that one renews. */
  readonly isAhead?: true;
  /** Its token is good: it leaves where there is no place in line. */
  readonly isEarly?: true;
}

/** Checks what a caller asks for. @throws TypeError for a malformed option */
export function readCall(options: AccessTokenOptions, threshold: number | undefined, began: number): Call {
  const { autoRefreshThreshold, rejectedToken } = options;
  checkSeconds(autoRefreshThreshold, 'autoRefreshThreshold');
  if (rejectedToken !== undefined && typeof rejectedToken !== 'string') {
    throw new TypeError('rejectedToken must be the access token that was refused.');
  }
  return { threshold: autoRefreshThreshold ?? threshold, rejected: rejectedToken, began };
}
