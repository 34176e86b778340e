import type { ClientCredentials } from './client-authentication.js';
import type { LedgerEntry } from './ledger.js';
import { bearerToken } from './protected-resource.js';
import type { ReceivedRequest } from './received-request.js';

/** Writes down a request on its arrival. */
export function writeEntry(
  request: ReceivedRequest,
  client: ClientCredentials,
  number: number,
  at: number,
): LedgerEntry {
  const { endpoint, method, url, headers, body, parameters } = request;
  const grantType = endpoint === 'token' ? parameters['grant_type'] : undefined;
  return {
    number,
    endpoint,
    method,
    path: url.pathname + url.search,
    headers,
    body,
    parameters,
    grantType,
    clientId: client.id,
    clientSecret: client.secret,
    authentication: client.method,
    basicEncoding: client.basicEncoding,
    refreshToken: grantType === 'refresh_token' ? parameters['refresh_token'] : undefined,
    accessToken: bearerToken(request),
    at,
    processed: false,
    answered: 'pending',
    outcome: 'not processed',
    reuse: false,
    issued: undefined,
    fault: undefined,
  };
}
