import type { SigningKey } from '../../crypto/private-key.js';
import type { GivenAssertions } from '../../options/given-assertions.js';
import type { ClientAuthentication } from '../../options/client-authentication.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { formEncoded } from '../../platform/form-encoded.js';

/** What the client proves who it is with. */
export interface ClientProof {
  readonly secret: string | undefined;
  readonly key: SigningKey | undefined;
  readonly assertions: GivenAssertions | undefined;
}

/** Puts the client's proof of who it is into a request. */
export type ProveClient = (body: URLSearchParams, headers: Headers) => void;

/** How the client proves who it is; `methods` is what the server says that it takes. */
export function authenticationMethod(
  settings: FlowSettings,
  { secret, key, assertions }: ClientProof,
  methods: unknown,
): ClientAuthentication {
  if (settings.clientAuthentication) return settings.clientAuthentication;
  if (secret === undefined) return key || assertions ? 'private_key_jwt' : 'none';
  return settings.dialect?.basicEncoding ? 'client_secret_basic' : secretMethod(methods);
}

/**
 * Shows the client's id, or its secret (RFC 6749 section 2.3.1); `undefined` where it proves who it is by a signature or a
 * certificate, which is the protocol library's business.
 */
export function ownProof(settings: FlowSettings, proof: ClientProof, methods: unknown): ProveClient | undefined {
  const { clientId, dialect } = settings;
  const { secret, key, assertions } = proof;
  const method = authenticationMethod(settings, proof, methods);
  const isSigned = method === 'private_key_jwt' && (key ?? assertions) !== undefined;
  if (isSigned || method.endsWith('tls_client_auth')) return undefined;
  if (secret === undefined || method === 'none') return (body) => body.set('client_id', clientId);
  if (method === 'client_secret_jwt') return undefined;
  if (method === 'client_secret_post') {
    return (body) => {
      body.set('client_id', clientId);
      body.set('client_secret', secret);
    };
  }
  const isRaw = dialect?.basicEncoding === 'raw' || secret === '';
  return (_body, headers) => {
    // openid-client would encode `-`, `.`, `_` and `*` too, which servers that do not decode refuse.
    const [id, password] = [clientId, secret].map(isRaw ? String : formEncoded);
    const bytes = new TextEncoder().encode(`${id}:${password}`);
    headers.set('authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`);
  };
}

/** How a client shows its secret: as RFC 6749 prefers, unless the server does not take it so. */
export function secretMethod(methods: unknown): ClientAuthentication {
  const takes = (method: string): boolean => Array.isArray(methods) && methods.includes(method);
  const takesPostOnly = takes('client_secret_post') && !takes('client_secret_basic');
  return takesPostOnly ? 'client_secret_post' : 'client_secret_basic';
}
