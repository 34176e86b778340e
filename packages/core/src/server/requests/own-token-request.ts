import type { FlowSettings } from '../../options/flow-settings.js';
import type { ServerMetadata } from '../openid/load-openid-client.js';
import { type ClientProof, ownProof } from './own-proof.js';
import type { RequestForm } from './request-form.js';
import type { ShapedRequest } from '../shaped-request.js';

/** A request, ready to be sent. */
export interface OwnTokenRequest {
  readonly url: string;
  readonly init: RequestForm;
}

/**
 * Makes a token request (RFC 6749 section 3.2) without the protocol library, which takes a while to load; `undefined` where
 * that is needed: to prove by a signature or a certificate who the client is, or for an id token that is asked for.
 */
export function ownTokenRequest(
  { metadata, proof, settings }: { metadata: ServerMetadata; proof: ClientProof; settings: FlowSettings },
  { fields }: ShapedRequest,
): OwnTokenRequest | undefined {
  const { token_endpoint: endpoint, token_endpoint_auth_methods_supported: methods } = metadata;
  const prove = ownProof(settings, proof, methods);
  const asksForIdToken = settings.scope?.split(' ').includes('openid') ?? false;
  if (!prove || asksForIdToken || typeof endpoint !== 'string') return undefined;
  const body = new URLSearchParams(fields);
  const headers = new Headers({ accept: 'application/json' });
  prove(body, headers);
  headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  return { url: new URL(endpoint).href, init: { method: 'POST', body, headers: Object.fromEntries(headers) } };
}
