/**
 * @octokit/auth-oauth-device (README, "For OAuth Apps"), another server by the option `request` (README, "auth(options)").
 * Tokens of OAuth apps do not end, so it never looks at an expiry.
 */
import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device';
import { request } from '@octokit/request';

/** `auth` gives the cached token. */
export function inMemory({ origin, clientId }) {
  const auth = createOAuthDeviceAuth({
    clientType: 'oauth-app',
    clientId,
    onVerification: () => {},
    request: request.defaults({ baseUrl: origin }),
  });
  return async () => (await auth({ type: 'oauth' })).token;
}
