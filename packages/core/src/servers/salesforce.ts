import { checkHost } from './check-name.js';
import type { ServerOptions } from './server-options.js';

/**
 * Salesforce. Its answers name no lifetime: a token lives as long as the session timeout of the organisation. Without
 * `sessionTimeout` it is used until the API refuses it.
 *
 * Source: Salesforce, "How Does the OAuth Refresh Token Fit Into the Authentication Flow?" (REST API Developer Guide, version 218.0).
 *
 * @param options - `host`: of a sandbox or a domain of one's own, in place of `login.salesforce.com`; `sessionTimeout`: seconds
 * @throws TypeError
 * @group Servers
 */
export function salesforce({
  host = 'login.salesforce.com',
  sessionTimeout,
}: { readonly host?: string | undefined; readonly sessionTimeout?: number | undefined } = {}): ServerOptions {
  const issuer = `https://${checkHost('host', host)}`;
  if (sessionTimeout === undefined) return { issuer };
  if (!Number.isFinite(sessionTimeout) || sessionTimeout <= 0) {
    throw new TypeError('sessionTimeout must be a number of seconds.');
  }
  return {
    issuer,
    dialect: {
      answer: ({ status, body }) => ({
        status,
        body: 'access_token' in body ? { expires_in: sessionTimeout, ...body } : body,
      }),
    },
  };
}
