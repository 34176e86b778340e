import { longestTimer } from '../platform/clock.js';
import { causesOf } from '../errors/error-causes.js';
import { isNeverSent, NoAnswerError } from './no-answer.js';
import { onAbort, throwIfAborted } from '../platform/on-abort.js';
import { parseUrl } from '../platform/urls.js';
import { readerOf } from '../platform/response-body.js';
import { untilAborted } from '../platform/waiting.js';
import { type Sending, watchSending } from './watch-sending.js';

/** A complete answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where a redirect leads to, without query and fragment, which may hold secrets. */
  readonly leadsTo?: string | undefined;
}

/** How far to go for an answer. */
export interface ExchangeLimits {
  /** Seconds until the request is given up, the body included. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

const largestBody = 1024 * 1024;

/**
 * Sends one request and reads its answer whole, within a deadline and a size of 1 MiB. Follows no redirect, so that
 * credentials reach nobody but the endpoint itself.
 *
 * @throws NoAnswerError, or the reason of `limits.signal`.
 */
export async function exchange(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
  { timeout, signal }: ExchangeLimits,
): Promise<HttpAnswer> {
  throwIfAborted(signal);
  const deadline = new AbortController();
  const timer = setTimeout(
    () => {
      deadline.abort(new Error(`No complete answer within ${timeout} s.`));
    },
    Math.min(timeout * 1000, longestTimer),
  );
  const leave = signal && onAbort(signal, (reason) => deadline.abort(reason));
  const sending: Sending = {};
  const send = (): Promise<Response> => fetch(url, { ...init, redirect: 'manual', signal: deadline.signal });
  try {
    // A fetch of the caller's own may not look at its signal.
    const response = await untilAborted(
      deadline.signal,
      watchSending(sending, { method: init.method ?? 'GET', url }, send),
    );
    // A mock, or a client of another kind, may give anything.
    if (!(response as Partial<Response> | null | undefined)?.headers?.get) {
      throw new NoAnswerError('The option fetch gave no Response', { mayHaveArrived: true });
    }
    // A browser does not tell which redirect it is that it does not follow.
    return {
      status: response.type === 'opaqueredirect' ? 302 : response.status,
      headers: response.headers,
      leadsTo: targetOf(response, url),
      text: await readBody(response, deadline.signal),
    };
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof NoAnswerError) throw error;
    const mayHaveArrived = sending.wasSent ?? !isNeverSent(error);
    const cause: unknown = deadline.signal.aborted ? deadline.signal.reason : error;
    const isLate = deadline.signal.aborted && !mayHaveArrived;
    throw new NoAnswerError(isLate ? `No connection within ${timeout} s.` : describe(cause), { cause, mayHaveArrived });
  } finally {
    clearTimeout(timer);
    leave?.();
  }
}

/** Tells whether a status says that it is done (RFC 9110 section 15.3). */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Tells whether a status says that what was asked for is elsewhere (RFC 9110 section 15.4). */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function targetOf({ status, headers }: Response, url: string): string | undefined {
  const location = headers.get('location');
  const target = isRedirect(status) && location !== null ? parseUrl(location, url) : undefined;
  return target && `${target.protocol}//${target.host}${target.pathname}`;
}

/** Puts an answer back into the form that protocol libraries read. */
export function asResponse({ status, headers, text }: HttpAnswer): Response {
  const empty = status === 204 || status === 205 || status === 304;
  const known = status >= 200 && status <= 599 ? status : 599; // fetch delivers 999, which a Response refuses to be made with
  return new Response(empty ? null : text, { status: known, headers });
}

/**
 * Adds the caller's own headers. Those that the protocol needs win, but for who asks and what is read, and for what stands
 * beside the media type, such as its `charset`.
 */
export function requestInit(init: object, headers: Readonly<Record<string, string>> | undefined): RequestInit {
  if (!headers || Object.keys(headers).length === 0) return init;
  const own = new Headers(headers);
  const needed = new Headers((init as { headers?: Record<string, string> }).headers);
  const [ours, theirs] = [needed, own].map((each) => each.get('content-type'));
  if (ours === null) own.delete('content-type');
  else if (mediaType(ours) === mediaType(theirs)) needed.delete('content-type');
  for (const name of ['user-agent', 'accept']) if (own.has(name)) needed.delete(name);
  return { ...init, headers: Object.fromEntries([...own, ...needed]) };
}

/** The secrets among headers, by their names: a gateway's key, and who asks. */
export function secretHeaders(headers: HeadersInit | undefined): string[] {
  const secrets = [...new Headers(headers)].filter(([name]) => /auth|cookie|key|pass|secret|token/.test(name));
  return secrets.map(([name, value]) => (name.endsWith('authorization') ? value.replace(/^\w+ /, '') : value));
}

function mediaType(contentType: string | null | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase();
}

async function readBody(response: Response, signal: AbortSignal): Promise<string> {
  const reader = readerOf(response);
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await untilAborted(signal, reader.read());
      if (done || !value) return text + decoder.decode();
      size += value.byteLength;
      if (size > largestBody) {
        throw new NoAnswerError('The answer is larger than 1 MiB.', { mayHaveArrived: true });
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    reader.cancel();
    if (error instanceof NoAnswerError) throw error;
    if (isWholeObject(text)) return text;
    throw new NoAnswerError(describe(error), { cause: error, mayHaveArrived: true });
  }
}

/**
 * Tells whether all of an answer is there, though its connection ended otherwise than HTTP says, or did not end: an object ends
 * by its own brace. Tokens in it may be the only ones that live.
 */
function isWholeObject(text: string): boolean {
  try {
    return /^\s*\{/.test(text) && Boolean(JSON.parse(text));
  } catch {
    return false;
  }
}

function describe(error: unknown): string {
  // OpenSSL ends its messages with a line break.
  return causesOf(error).at(-1)?.message.trim() || 'The connection failed.';
}
