import { AllowedOrigins } from './allowed-origins.js';
import { systemClock } from '../platform/clock.js';
import { withoutToken } from './withheld-token.js';
import { SentRequest, type SentRequestParts, settles, type TokenSource } from './sent-request.js';
import { OutgoingRequest } from './outgoing-request.js';
import { copyHeaders, hasHeader } from './request-headers.js';
import { UntriedTokens } from './untried-tokens.js';

/** Sends requests with the flow's token, to allowed origins only. */
export class AuthorisedFetch {
  readonly #parts: SentRequestParts;

  constructor(source: TokenSource) {
    this.#parts = {
      source,
      origins: new AllowedOrigins(source.options),
      untried: new UntriedTokens(source.options.clock ?? systemClock),
      headerName: source.header('')[0].toLowerCase(),
    };
  }

  /** As the global fetch. What may not get the token is passed on untouched. */
  async send(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { source, origins, headerName, untried } = this.#parts;
    const fetch = source.options.fetch ?? globalThis.fetch;
    const target = isRequest(input) ? input : String(input); // a URL can be changed while the token is waited for
    const isText = typeof target === 'string';
    const url = origins.resolve(isText ? target : target.url);
    if (url === undefined) return fetch(input, init);
    const headers = copyHeaders(init?.headers ?? (isText ? undefined : target.headers));
    if (hasHeader(headers, headerName)) return fetch(input, init);

    const request = new OutgoingRequest(isText ? url : target, url, init, headers);
    const { signal } = request;
    const token = await (signal ? source.token({ signal }) : source.token());
    request.showToken(token, source.header(token));
    try {
      const response = await request.send(fetch);
      if (settles(response)) {
        untried.accept(token, url);
        return response;
      }
      return await new SentRequest(this.#parts, request, fetch, token).goOn(response);
    } catch (error) {
      throw withoutToken(error, token);
    } finally {
      request.release();
    }
  }
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input;
}
