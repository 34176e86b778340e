import { loadOpenidClient } from '../server/openid/load-openid-client.js';

/** What ties a redirect to the login that it ends. */
export interface AuthorizationChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

/** Makes random checks (RFC 7636, RFC 6749 section 10.12, OpenID Connect Core section 3.1.2.1). */
export async function randomChecks(): Promise<AuthorizationChecks> {
  const openid = await loadOpenidClient();
  const codeVerifier = openid.randomPKCECodeVerifier();
  const codeChallenge = await openid.calculatePKCECodeChallenge(codeVerifier);
  return { state: openid.randomState(), nonce: openid.randomNonce(), codeVerifier, codeChallenge };
}
