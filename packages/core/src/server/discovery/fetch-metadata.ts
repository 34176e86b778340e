import { causesOf } from '../../errors/error-causes.js';
import { DiscoveryError, TokenEndpointUnavailableError } from '../../errors/index.js';
import { scrubError } from '../../errors/scrub.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { readObject } from '../answers/answer-body.js';
import { printable } from '../answers/answer-details.js';
import { detailsOf, isTransient } from '../endpoint-answer.js';
import { exchange, type HttpAnswer, isSuccess, requestInit, secretHeaders } from '../http-exchange.js';
import type { ServerMetadata } from '../openid/load-openid-client.js';
import { aboutNetworkFailure } from '../no-answer.js';
import { isOfIssuer, redirectWithin } from './places.js';

const mostRedirects = 5;

/** Metadata, and for how many seconds it may be kept. */
export interface FoundMetadata {
  readonly metadata: ServerMetadata;
  readonly lifetime: number;
}

/** A place without metadata, and what it has instead. */
export interface MissingMetadata {
  readonly place: URL;
  readonly status: number;
  /** Another origin, to which no redirect is followed. */
  readonly leadsTo: string | undefined;
}

/**
 * Fetches the metadata of `issuer` from a place.
 *
 * @throws TokenEndpointUnavailableError when the server cannot be reached; DiscoveryError for a document that cannot be used
 */
export async function fetchMetadata(
  place: URL,
  issuer: URL,
  settings: FlowSettings,
): Promise<FoundMetadata | MissingMetadata> {
  const answer = await fetchDocument(place, settings);
  const { status, headers, text } = answer;
  const details = detailsOf(answer, { secrets: secretHeaders(settings.headers), now: settings.clock.now() });
  if (isTransient(status)) {
    const message = `The metadata of ${issuer.origin} could not be fetched: status ${status}.`;
    throw new TokenEndpointUnavailableError({ ...details, message, mayHaveArrived: false }); // no grant was sent
  }
  const metadata = isSuccess(status) ? readObject(text) : undefined;
  if (!metadata) return { place, status, leadsTo: printable(answer.leadsTo, 300, []) };
  const { issuer: named } = metadata;
  if (typeof named !== 'string' || !isOfIssuer(named, issuer)) {
    const isNamed = typeof named === 'string' && named !== '';
    throw new DiscoveryError({
      ...details,
      message: isNamed
        ? `The metadata at ${place.href} are those of the issuer ${String(printable(named, 200, []))}, and not of ${issuer.href}.`
        : `The metadata at ${place.href} cannot be used: they name no issuer.`,
      ...(isNamed && {
        remedy:
          'Give the issuer as the server writes it, with each slash; where its metadata are elsewhere, metadataUrl too.',
      }),
    });
  }
  return { metadata: metadata as unknown as ServerMetadata, lifetime: lifetimeOfAnswer(headers) };
}

/** Follows redirects as long as they stay at the origin. */
async function fetchDocument(place: URL, { fetch, headers, timeout }: FlowSettings): Promise<HttpAnswer> {
  const init = requestInit({ method: 'GET', headers: { accept: 'application/json' } }, headers);
  const asked = new Set<string>();
  for (let url = place; ;) {
    asked.add(url.href);
    const answer = await exchange(fetch, url.href, init, { timeout }).catch((error: unknown) => {
      throw unreachable(place, error);
    });
    const next = redirectWithin(url, answer.status, answer.headers.get('location'));
    if (!next || asked.has(next.href) || asked.size > mostRedirects) return answer;
    url = next;
  }
}

function unreachable(place: URL, error: unknown): Error {
  const reason = causesOf(error).at(-1)?.message ?? 'no answer';
  const about = {
    message: `The metadata of ${place.origin} could not be fetched: ${reason}.`,
    ...aboutNetworkFailure(error),
    cause: scrubError(error),
  };
  if (about.retryable === false) return new DiscoveryError(about);
  return new TokenEndpointUnavailableError({ ...about, mayHaveArrived: false });
}

/** Reads the seconds for which an answer may be kept (RFC 9111 section 5.2.2.1); `Infinity` when it does not say. */
function lifetimeOfAnswer(headers: Headers): number {
  const [, seconds] = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(headers.get('cache-control') ?? '') ?? [];
  return Number(seconds ?? Infinity);
}
