import { causesOf } from '../errors/error-causes.js';
import { withoutToken } from './withheld-token.js';
import { becomesGet } from './http-redirect.js';
import { copyHeaders, type RequestHeaders, removeHeader, setHeader } from './request-headers.js';
import { kindOf } from '../platform/kind-of.js';

const bodyHeaders = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type'];
const originHeaders = ['authorization', 'cookie', 'host', 'proxy-authorization'];
const replayable = new Set(['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams']);

/** A copy of a caller's request that can be sent again and, after a redirect, elsewhere. */
export class OutgoingRequest {
  /** Where it goes now. */
  url: string;
  /** Whether redirects are followed here; else they are the caller's, as the caller has asked for. */
  readonly followsRedirects: boolean;
  #target: string | Request;
  #init: RequestInit & { headers: RequestHeaders };

  /** `headers` are those of the request, copied. */
  constructor(target: string | Request, url: string, init: RequestInit | undefined, headers: RequestHeaders) {
    // What is no plain object, such as a Request, has members that are not copied.
    const plain = init == null || isPlainObject(init) ? init : undefined;
    this.#target = plain === init ? target : new Request(target, init);
    this.url = url;
    const redirect = plain?.redirect ?? this.#request?.redirect ?? 'follow';
    this.followsRedirects = redirect === 'follow';
    this.#init = { headers, redirect, ...plain } as RequestInit & { headers: RequestHeaders };
    this.#init.headers = headers;
    this.#init.redirect = this.followsRedirects ? 'manual' : redirect;
  }

  get method(): string {
    return this.#init.method ?? this.#request?.method ?? 'GET';
  }

  get signal(): AbortSignal | undefined {
    const { signal } = this.#init;
    return (signal === undefined ? this.#request?.signal : signal) ?? undefined;
  }

  /** Whether it can be sent again with its body. */
  get isReplayable(): boolean {
    return isReplayable(this.#init.body);
  }

  /** Shows a token in a header. @throws TypeError, which does not tell the token, when no header can carry it */
  showToken(token: string, [name, value]: readonly [name: string, value: string]): void {
    try {
      setHeader(this.#init.headers, name, value);
    } catch (error) {
      throw withoutToken(error, token);
    }
  }

  removeHeader(name: string): void {
    removeHeader(this.#init.headers, name);
  }

  /** Sends it, and keeps a copy of the body that a Request holds. */
  async send(fetch: typeof globalThis.fetch, init: RequestInit = this.#init): Promise<Response> {
    const target = this.#target;
    if (this.#holdsBody) this.#target = (target as Request).clone();
    try {
      return await fetch(target, init);
    } catch (error) {
      // What undici 7.19 to 7.24 makes of a 401 to a stream: nodejs/undici#4910.
      if (!causesOf(error).some(({ message }) => message === 'expected non-null body source')) throw error;
      return new Response(null, { status: 401 });
    }
  }

  /** Sends it, and leaves redirects to the runtime. */
  sendFollowing(fetch: typeof globalThis.fetch): Promise<Response> {
    return this.send(fetch, { ...this.#init, redirect: 'follow' });
  }

  /**
   * Turns it to where a redirect leads (Fetch standard section 4.4). What is meant for one origin is not sent to another.
   *
   * @throws TypeError, as fetch does, when the body has to be sent again and cannot be
   */
  async redirect(to: URL, status: number): Promise<void> {
    if (status !== 303 && !this.isReplayable) {
      throw new TypeError('The redirect cannot be followed: the body is a stream, which cannot be sent twice.');
    }
    const { method, signal } = this;
    const integrity = this.#init.integrity ?? this.#request?.integrity;
    const headers = copyHeaders(this.#init.headers);
    const init = { ...this.#init, headers, method, signal: signal ?? null, ...(integrity && { integrity }) };
    if (becomesGet(status, method.toUpperCase())) {
      Object.assign(init, { method: 'GET', body: null });
      for (const name of bodyHeaders) removeHeader(headers, name);
      this.release();
    } else if (this.#holdsBody) {
      init.body = await (this.#target as Request).arrayBuffer();
    }
    if (to.origin !== new URL(this.url).origin) for (const name of originHeaders) removeHeader(headers, name);
    this.#init = init;
    this.#target = this.url = to.href;
  }

  /** Lets go of the copy of the body. */
  release(): void {
    if (this.#holdsBody) void (this.#target as Request).body?.cancel().catch(() => undefined);
  }

  get #request(): Request | undefined {
    return typeof this.#target === 'string' ? undefined : this.#target;
  }

  /** Whether the body is that of a Request. Some browsers do not show it, but a GET has none. */
  get #holdsBody(): boolean {
    if (typeof this.#target === 'string' || this.#init.body != null) return false;
    return this.#target.body !== null && this.#target.method !== 'GET' && this.#target.method !== 'HEAD';
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Tells whether an input is a Request, of whichever realm or package. */
export function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input;
}

/** Tells whether a body can be sent twice: a stream of whichever kind is empty the second time, as is the package form-data. */
export function isReplayable(body: unknown): boolean {
  if (body == null || typeof body === 'string' || ArrayBuffer.isView(body)) return true;
  return replayable.has(kindOf(body)) && !('pipe' in Object(body));
}
