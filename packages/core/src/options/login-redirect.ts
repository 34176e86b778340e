/** What a redirect is given. @group Options */
export interface RedirectContext {
  /** The flow's option of this name. */
  readonly redirectUri: string | undefined;
  /** Fires when nobody waits for the login any longer. */
  readonly signal: AbortSignal;
  /**
   * Checks the URL that the server redirected to and redeems its code now, once, so that a redirect can show how the login
   * ended; rejects with why it failed. Without a call, that is done when the redirect has resolved.
   */
  readonly complete?: ((callbackUrl: string) => Promise<void>) | undefined;
}

/**
 * Takes a person to the authorization server and back (RFC 6749 section 4.1.2). It settles the redirect URI, gives it
 * to `start`, which returns the URL to show, and resolves with the whole URL that the server redirected to.
 * `loopbackRedirect` and `pasteRedirect` of `@latchkey/core/node` are two.
 *
 * @group Options
 */
export type AuthorizationRedirect = (
  start: (redirectUri: string) => Promise<URL>,
  context: RedirectContext,
) => Promise<string>;
