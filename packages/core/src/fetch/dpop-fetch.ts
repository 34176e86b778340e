import { parseChallenges } from './challenges.js';
import { type DpopKey, proveDpop } from '../crypto/dpop-proof.js';
import { isReplayable, isRequest } from './outgoing-request.js';
import { discardBody } from '../platform/response-body.js';
import { copyHeaders, readHeader, setHeader } from './request-headers.js';

/** What proofs are made with. */
export interface DpopFetchParts {
  readonly fetch: typeof globalThis.fetch;
  /** The key of the present token; `undefined` when it is bound to none. */
  readonly key: () => DpopKey | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Makes a fetch that proves, for each request that shows a DPoP token, that its key is held (RFC 9449 section 7). A
 * server's nonce is used from then on; a request that was refused only for want of one is sent again, once.
 */
export function dpopFetch({ fetch, key, now }: DpopFetchParts): typeof globalThis.fetch {
  const nonces = new Map<string, string>();
  return async (input, init = {}) => {
    const headers = copyHeaders(init.headers ?? (isRequest(input) ? input.headers : undefined));
    const accessToken = /^DPoP (\S+)$/i.exec(readHeader(headers, 'authorization') ?? '')?.[1];
    const jwk = key();
    if (accessToken === undefined || !jwk) return fetch(input, init);
    const url = new URL(isRequest(input) ? input.url : input);
    const method = (init.method ?? (isRequest(input) ? input.method : 'GET')).toUpperCase();
    const send = async (target: typeof input): Promise<Response> => {
      const nonce = nonces.get(url.origin);
      setHeader(headers, 'dpop', await proveDpop(jwk, { method, url, now: now(), nonce, accessToken }));
      const response = await fetch(target, { ...init, headers });
      const given = response.headers.get('dpop-nonce');
      if (given !== null) nonces.set(url.origin, given);
      return response;
    };
    const mayRepeat = isReplayable(init.body);
    const again = isRequest(input) ? input.clone() : input;
    const response = await send(input);
    if (!mayRepeat || !wantsNonce(response)) return response;
    discardBody(response);
    return send(again);
  };
}

function wantsNonce({ status, headers }: Response): boolean {
  if (status !== 401 || !headers.has('dpop-nonce')) return false;
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '');
  return challenges.some(({ scheme, parameters }) => scheme === 'dpop' && parameters.get('error') === 'use_dpop_nonce');
}
