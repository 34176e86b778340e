import { ClientCredentialsFlow, type ClientCredentialsFlowOptions } from '@latchkey/core';
import { margin } from './rdp-form.js';

/**
 * A service account, version 2 of RDP's authentication: by `clientSecret`, or by assertions that are signed with
 * `clientKey`. There is no refresh token; the account asks again.
 */
export function serviceAccount(options: ClientCredentialsFlowOptions): ClientCredentialsFlow {
  return new ClientCredentialsFlow({
    server: { tokenEndpoint: 'https://api.refinitiv.com/auth/oauth2/v2/token' },
    scope: 'trapi',
    autoRefreshThreshold: margin,
    ...(options.clientKey === undefined
      ? { clientAuthentication: 'client_secret_post' }
      : { clientAssertion: { audience: 'https://login.ciam.refinitiv.com/as/token.oauth2', lifetime: 3600 } }),
    ...options,
  });
}
