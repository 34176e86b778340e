import type { JwtBearerFlowOptions } from '../grants/jwt-bearer-flow.js';
import type { SignedAssertionOptions } from '../grants/assertion-signer.js';
import { signAssertion } from '../grants/signed-assertion.js';
import type { TokenAnswer, TokenRequest } from '../options/server-dialect.js';
import { checkText } from './check-name.js';
import type { ServerOptions } from './server-options.js';

/**
 * Google: people who log in, with a web client, an installed program or a device, all of which have a secret. It goes into
 * the form, as Google's pages have it. A refresh token
 * comes at a person's first consent only; it is kept at later logins, unless Google has refused it, and
 * `authorizationParameters: { prompt: 'consent' }` behind this, with `access_type`, asks for another.
 *
 * Source: Google, "Using OAuth 2.0 for Web Server Applications", "Step 1: Set authorization parameters".
 *
 * @group Servers
 */
export function google(): ServerOptions {
  return {
    issuer: 'https://accounts.google.com',
    clientAuthentication: 'client_secret_post',
    authorizationParameters: { access_type: 'offline' },
  };
}

/** A service account, as its key file names it. @group Options */
export interface GoogleServiceAccount {
  /** `client_email` of the key file. */
  readonly email: string;
  /** `private_key` of the key file, or a function that fetches it. */
  readonly key: SignedAssertionOptions['key'];
  /** `private_key_id` of the key file. */
  readonly keyId?: string | undefined;
}

/** What a service account's flow is given: the options of a `JwtBearerFlow`. @group Options */
export type GoogleServiceAccountOptions = Pick<
  JwtBearerFlowOptions,
  'server' | 'clientId' | 'assertion' | 'dialect' | 'scope' | 'audience' | 'subject'
>;

/**
 * A Google service account, for `JwtBearerFlow`: no person, no refresh token, a new assertion for each token.
 *
 * Source: Google, "Using OAuth 2.0 for Server to Server Applications", "Preparing to make an authorized API call".
 *
 * @param options - the account; `scope`: what to ask for; `subject`: the user for whom it acts (domain-wide delegation)
 * @throws TypeError
 * @group Servers
 */
export function googleServiceAccount(
  options: GoogleServiceAccount & { readonly scope: string; readonly subject?: string | undefined },
): GoogleServiceAccountOptions {
  const { scope, subject } = options;
  const flow = assertedBy(options, { scope: checkText('scope', scope) });
  return { ...flow, scope, ...(subject !== undefined && { subject }), dialect: { request: assertionAlone } };
}

/**
 * An id token by a Google service account, for Cloud Run, Cloud Functions and Identity-Aware Proxy: what the answer calls
 * `id_token` is the access token of the flow.
 *
 * Source: Salmaan Rashid, "Authenticating using Google OpenID Connect Tokens", Google Cloud on medium.com, 2019-07-19: the claim
 * `target_audience`.
 *
 * @param options - the account; `audience`: the URL of the service that is called
 * @throws TypeError
 * @group Servers
 */
export function googleIdToken(
  options: GoogleServiceAccount & { readonly audience: string },
): GoogleServiceAccountOptions {
  const { audience } = options;
  const flow = assertedBy(options, { target_audience: checkText('audience', audience) });
  return { ...flow, audience, dialect: { request: assertionAlone, answer: idTokenAsAccessToken } };
}

const tokenEndpoint = 'https://oauth2.googleapis.com/token';

function assertedBy(
  { email, key, keyId }: GoogleServiceAccount,
  claims: Readonly<Record<string, unknown>>,
): Pick<GoogleServiceAccountOptions, 'server' | 'clientId' | 'assertion'> {
  const issuer = checkText('email', email);
  const assertion = signAssertion({ issuer, key, keyId, claims, audience: tokenEndpoint, lifetime: 3600 });
  return { server: { tokenEndpoint }, clientId: email, assertion };
}

/** Scope and audience tell tokens apart here; for Google they stand in the assertion. */
function assertionAlone({ fields, ...request }: TokenRequest): TokenRequest {
  const { scope: _scope, audience: _audience, ...others } = fields;
  return { ...request, fields: others };
}

function idTokenAsAccessToken({ status, body }: TokenAnswer): Pick<TokenAnswer, 'status' | 'body'> {
  const { id_token, ...others } = body;
  return { status, body: id_token === undefined ? body : { ...others, access_token: id_token, token_type: 'Bearer' } };
}
