import type { DpopKey } from '../crypto/dpop-proof.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { lazyPart } from '../platform/lazy-part.js';
import { AllowedOrigins } from './allowed-origins.js';
import type { DpopFetchParts } from './dpop-fetch.js';
import { isRequest, OutgoingRequest } from './outgoing-request.js';
import { copyPlainInit } from './plain-request.js';
import { copyHeaders, readHeader } from './request-headers.js';
import type { SentRequest, SentRequestParts } from './sent-request.js';
import { untriedTokensOf } from './untried-tokens.js';
import { withoutToken } from './withheld-token.js';

/** What follows redirects and renews, which an answer that settles a request does without. */
const loadDpopFetch = lazyPart(() => import('./dpop-fetch.js'));
const loadSentRequest = lazyPart(() => import('./sent-request.js'));

/** What requests with a token ask of its flow. */
export interface TokenSource extends Pick<SentRequestParts, 'token' | 'header'> {
  readonly settings: FlowSettings;
  /** Whether the header is `authorization: Bearer …`, and depends on the token alone. */
  readonly isBearer: boolean;
  /** Stands for the credential: the same object for all its flows. */
  readonly credential: object;
  /** The key that the present token is bound to; `undefined` when it is bound to none. */
  readonly dpopKey: () => DpopKey | undefined;
}

/** Sends requests with the flow's token, to allowed origins only. */
export class AuthorisedFetch {
  readonly #parts: SentRequestParts;
  readonly #isBearer: boolean;
  /** The token that was shown last, and its header. */
  #shown = { token: '', value: '' };

  /** The tokens that are shown are added to `sent`. */
  constructor(
    source: TokenSource,
    { allowedOrigins, sent }: { allowedOrigins?: readonly string[]; sent?: string[] } = {},
  ) {
    const { settings, token, dpopKey } = source;
    const { clock, dpop, fetch } = settings;
    this.#isBearer = source.isBearer && !dpop && !sent;
    this.#parts = {
      token,
      header: (shown) => {
        if (shown !== '') sent?.push(shown);
        return dpop && dpopKey() ? ['authorization', `DPoP ${shown}`] : source.header(shown);
      },
      fetch: dpop ? provingLater({ fetch, key: dpopKey, now: () => clock.now() }) : fetch,
      origins: new AllowedOrigins(allowedOrigins ? { ...settings, allowedOrigins } : settings),
      untried: untriedTokensOf(source.credential, clock),
      headerName: source.header('')[0].toLowerCase(),
    };
  }

  /** As the global fetch. What may not get the token is passed on untouched. */
  async send(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { token: getToken, header, fetch, untried, origins } = this.#parts;
    if (!this.#isBearer || typeof input !== 'string' || !origins.begins(input)) return this.#sendAny(input, init);
    const plain = copyPlainInit(init);
    if (!plain) return this.#sendAny(input, init);
    const { signal } = plain;
    const token = await (signal ? getToken({ signal }) : getToken());
    if (this.#shown.token !== token) this.#shown = { token, value: header(token)[1] };
    plain.headers.authorization = this.#shown.value;
    try {
      const response = await fetch(input, plain);
      if (settles(response)) {
        untried.accept(token, input);
        return response;
      }
      const request = new OutgoingRequest(input, input, { ...plain, redirect: 'follow' }, plain.headers);
      return await (await this.#sent(request, token)).goOn(response);
    } catch (error) {
      throw withoutToken(error, token);
    }
  }

  async #sent(request: OutgoingRequest, token: string): Promise<SentRequest> {
    const { SentRequest } = await loadSentRequest();
    return new SentRequest(this.#parts, request, token);
  }

  /** Sends what is not the usual request: a Request, a URL, other headers, another way to show the token. */
  async #sendAny(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { token: getToken, header, fetch, origins, headerName, untried } = this.#parts;
    const target = isRequest(input) ? input : String(input); // a URL can be changed while the token is waited for
    const isText = typeof target === 'string';
    const url = origins.resolve(isText ? target : target.url);
    if (url === undefined) return fetch(input, init);
    const headers = copyHeaders(init?.headers ?? (isText ? undefined : target.headers));
    if (readHeader(headers, headerName) !== undefined) return fetch(input, init);

    const request = new OutgoingRequest(isText ? url : target, url, init, headers);
    const { signal } = request;
    const token = await (signal ? getToken({ signal }) : getToken());
    request.showToken(token, header(token));
    try {
      const response = await request.send(fetch);
      if (settles(response)) {
        untried.accept(token, url);
        return response;
      }
      return await (await this.#sent(request, token)).goOn(response);
    } catch (error) {
      throw withoutToken(error, token);
    } finally {
      request.release();
    }
  }
}

/** As `dpopFetch`, which is loaded by the first request. */
function provingLater(parts: DpopFetchParts): typeof globalThis.fetch {
  let proving: typeof globalThis.fetch | undefined;
  return async (input, init) => {
    const { dpopFetch } = await loadDpopFetch();
    proving ??= dpopFetch(parts);
    return proving(input, init);
  };
}

/** Tells whether an answer is what the caller gets, without a further look. */
function settles(response: Response): boolean {
  if (response.ok) return true;
  const { status } = response;
  return status >= 400 && status !== 401 && status !== 403;
}
