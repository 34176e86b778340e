import type { AccessTokenOptions } from '../options/access-token-options.js';
import type { AllowedOrigins } from './allowed-origins.js';
import { isTokenRefused, noteSentTokens } from './explain-response.js';
import { discardBody } from '../platform/response-body.js';
import { withoutToken } from './withheld-token.js';
import type { OutgoingRequest } from './outgoing-request.js';
import { mostRedirects, redirectTarget } from './http-redirect.js';
import type { UntriedTokens } from './untried-tokens.js';

/** What all requests of a flow have in common. */
export interface SentRequestParts {
  readonly token: (options?: AccessTokenOptions) => Promise<string>;
  readonly header: (token: string) => readonly [name: string, value: string];
  readonly fetch: typeof globalThis.fetch;
  readonly origins: AllowedOrigins;
  readonly untried: UntriedTokens;
  /** The header that shows the token, in lower case. */
  readonly headerName: string;
}

/** A request on its way with a token, from its first answer through redirects and one renewal. */
export class SentRequest {
  readonly #parts: SentRequestParts;
  readonly #request: OutgoingRequest;
  #token: string;
  /** False for good once a redirect has led to where the token may not go. */
  #carriesToken = true;
  /** Where the API refused the token that was renewed then. */
  #renewedAt: string | undefined;
  #refused: readonly string[] = [];
  #redirects = 0;

  constructor(parts: SentRequestParts, request: OutgoingRequest, token: string) {
    this.#parts = parts;
    this.#request = request;
    this.#token = token;
  }

  /** Goes on from an answer to the one that the caller gets. */
  async goOn(first: Response): Promise<Response> {
    for (let response = first; ; response = await this.#sendAgain()) {
      try {
        if (response.type === 'opaqueredirect') response = await this.#followUnseen(response);
        const goesOn = (await this.#takesNewToken(response)) || (await this.#moves(response));
        if (!goesOn) return this.#end(response);
      } catch (error) {
        discardBody(response);
        throw error;
      }
      discardBody(response);
    }
  }

  async #sendAgain(): Promise<Response> {
    try {
      return await this.#request.send(this.#parts.fetch);
    } catch (error) {
      throw withoutToken(error, this.#token);
    }
  }

  #end(response: Response): Response {
    const { status, ok } = response;
    if (ok) this.#parts.untried.accept(this.#token, this.#renewedAt ?? this.#request.url);
    if (status === 401 || status === 403) noteSentTokens(response, [this.#token, ...this.#refused]);
    if (this.#redirects > 0) Object.defineProperty(response, 'redirected', { value: true });
    return response;
  }

  /** Gets another token after a refusal, once. Tells whether the request is to be sent again with it. */
  async #takesNewToken(response: Response): Promise<boolean> {
    const { token, untried } = this.#parts;
    const { url, signal, isReplayable } = this.#request;
    if (this.#renewedAt !== undefined || !this.#carriesToken || !isTokenRefused(response)) return false;
    const at = new URL(url);
    if (untried.has(this.#token, at)) return false;
    this.#renewedAt = url;
    const renewed = await token({ rejectedToken: this.#token, signal });
    untried.add(renewed, at);
    if (renewed === this.#token || !isReplayable) return false;
    this.#refused = [this.#token];
    this.#token = renewed;
    this.#showToken();
    return true;
  }

  /** Turns the request to where an answer redirects. Tells whether it does. */
  async #moves(response: Response): Promise<boolean> {
    const request = this.#request;
    const to = request.followsRedirects ? redirectTarget(response, request.url) : undefined;
    if (!to) return false;
    if (++this.#redirects > mostRedirects) throw new TypeError(`More than ${mostRedirects} redirects.`);
    const isDowngrade = request.url.startsWith('https:') && to.protocol !== 'https:';
    await request.redirect(to, response.status);
    this.#carriesToken &&= !isDowngrade && this.#parts.origins.allow(to);
    if (this.#carriesToken) this.#showToken();
    else request.removeHeader(this.#parts.headerName);
    return true;
  }

  /**
   * A browser hides where a redirect leads. It strips `authorization` by itself on the way to another origin, but no
   * other header; and only a GET or HEAD can be sent again without doing twice what it does.
   */
  async #followUnseen(response: Response): Promise<Response> {
    const request = this.#request;
    if (!request.followsRedirects) return response;
    if (this.#parts.headerName !== 'authorization' || !['GET', 'HEAD'].includes(request.method.toUpperCase())) {
      throw new TypeError('The redirect cannot be followed here without the risk of sending the token elsewhere.');
    }
    const followed = await request.sendFollowing(this.#parts.fetch);
    this.#carriesToken &&= followed.url !== '' && new URL(followed.url).origin === new URL(request.url).origin;
    return followed;
  }

  #showToken(): void {
    this.#request.showToken(this.#token, this.#parts.header(this.#token));
  }
}
