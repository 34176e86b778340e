import { RegistrationError } from '../errors/index.js';
import type { ClientAuthentication } from '../options/client-authentication.js';
import { readObject } from '../server/answers/answer-body.js';
import { secretMethod } from '../server/requests/own-proof.js';
import { aboutRedirect } from '../server/answers/redirect-answer.js';
import { detailsOf } from '../server/endpoint-answer.js';
import { secretHeaders } from '../server/http-exchange.js';
import { type Asking, ask } from './read-document.js';

/** What a client says of itself when it registers (RFC 7591 section 2). Further fields are sent as they are. @group Options */
export interface ClientMetadata {
  /** Shown to whoever logs in. */
  readonly client_name?: string | undefined;
  /** @defaultValue `http://127.0.0.1/callback`, where `loopbackRedirect()` listens, at any port (RFC 8252 section 7.3) */
  readonly redirect_uris?: readonly string[] | undefined;
  /** @defaultValue `authorization_code` and `refresh_token` */
  readonly grant_types?: readonly string[] | undefined;
  /** @defaultValue `none`, or with a secret where the server takes no client without one */
  readonly token_endpoint_auth_method?: ClientAuthentication | undefined;
  readonly [field: string]: unknown;
}

/** A client as a server has registered it (RFC 7591 section 3.2.1): what is kept of the answer. */
export interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret?: string;
  /** Seconds since 1970; 0 for never. */
  readonly client_secret_expires_at?: number;
  readonly token_endpoint_auth_method: ClientAuthentication;
  /** Those that were asked for. */
  readonly redirect_uris: readonly string[];
}

/** What a server publishes about its clients (RFC 8414 section 2). */
export interface ClientRules {
  readonly registration_endpoint?: unknown;
  readonly token_endpoint_auth_methods_supported?: readonly string[];
  readonly client_id_metadata_document_supported?: unknown;
}

/** The redirect URIs that a client wants. */
export function redirectUrisOf({ redirect_uris: wanted }: ClientMetadata): readonly string[] {
  return wanted ?? ['http://127.0.0.1/callback'];
}

/**
 * Registers a client (RFC 7591 section 3.1).
 *
 * @throws RegistrationError when the server refuses, or answers without a client; TokenEndpointUnavailableError
 */
export async function registerClient(
  endpoint: string,
  wanted: ClientMetadata,
  server: ClientRules,
  asking: Asking,
): Promise<RegisteredClient> {
  const { token_endpoint_auth_methods_supported: methods } = server;
  const redirectUris = redirectUrisOf(wanted);
  const body = {
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: !methods || methods.includes('none') ? 'none' : secretMethod(methods),
    ...wanted,
    redirect_uris: redirectUris,
  };
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await ask(endpoint, { method: 'POST', body: JSON.stringify(body), headers }, asking);
  const client = readObject(answer.text);
  const { client_id: id, client_secret: secret, client_secret_expires_at: end } = client ?? {};
  if (answer.status >= 300 || typeof id !== 'string' || id === '') {
    const { clock, headers: own } = asking.settings;
    const redirect = aboutRedirect(answer, []);
    const details = detailsOf(answer, { secrets: secretHeaders(own), now: clock.now() });
    throw new RegistrationError({ ...details, ...(redirect && { message: redirect.message }) }); // no option names this endpoint
  }
  const given = client?.['token_endpoint_auth_method'] ?? body.token_endpoint_auth_method;
  const hasSecret = typeof secret === 'string' && secret !== '' && given !== 'none';
  return {
    client_id: id,
    redirect_uris: redirectUris,
    token_endpoint_auth_method: hasSecret ? secretMethod(typeof given === 'string' ? [given] : []) : 'none',
    ...(hasSecret && { client_secret: secret }),
    ...(hasSecret && typeof end === 'number' && { client_secret_expires_at: end }),
  };
}
