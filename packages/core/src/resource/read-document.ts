import { TokenEndpointUnavailableError } from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { readObject } from '../server/answers/answer-body.js';
import { throwIfAborted } from '../platform/on-abort.js';
import { redirectWithin } from '../server/discovery/places.js';
import { detailsOf, isTransient } from '../server/endpoint-answer.js';
import { exchange, type HttpAnswer, isSuccess, requestInit, secretHeaders } from '../server/http-exchange.js';

const mostRedirects = 5;

/** What requests about a resource are made with. */
export interface Asking {
  readonly settings: Pick<FlowSettings, 'fetch' | 'headers' | 'timeout' | 'clock'>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches a JSON document, along redirects within its origin; `undefined` where there is none.
 *
 * @throws TokenEndpointUnavailableError when nobody answers, or not for now; the reason of the signal
 */
export async function readDocument(url: URL, asking: Asking): Promise<Record<string, unknown> | undefined> {
  const asked = new Set<string>();
  for (let place = url; ;) {
    asked.add(place.href);
    const { status, headers, text } = await ask(place.href, { headers: { accept: 'application/json' } }, asking);
    const next = redirectWithin(place, status, headers.get('location'));
    if (!next || asked.has(next.href) || asked.size > mostRedirects)
      return isSuccess(status) ? readObject(text) : undefined;
    place = next;
  }
}

/** Sends one request. @throws as {@link readDocument} */
export async function ask(url: string, init: RequestInit, { settings, signal }: Asking): Promise<HttpAnswer> {
  const { clock, fetch, headers, timeout } = settings;
  const { origin } = new URL(url);
  let answer: HttpAnswer;
  try {
    answer = await exchange(fetch, url, requestInit(init, headers), { timeout, signal });
  } catch (error) {
    throwIfAborted(signal);
    const message = `${origin} gave no answer.`;
    throw new TokenEndpointUnavailableError({ message, mayHaveArrived: false, cause: scrubError(error) });
  }
  if (!isTransient(answer.status)) return answer;
  const details = detailsOf(answer, { secrets: secretHeaders(headers), now: clock.now() });
  const message = `${origin} did not answer as it should: status ${answer.status}.`;
  throw new TokenEndpointUnavailableError({ ...details, message, mayHaveArrived: false });
}
