import type { GivenAssertions } from '../options/client-assertion.js';
import type { ClientAuthentication } from '../options/flow-options.js';
import type { FlowSettings } from '../options/flow-settings.js';
import type { ClientAuth, OpenidClient } from './load-openid-client.js';
import type { SigningKey } from '../crypto/private-key.js';

/** What the client proves who it is with. */
export interface ClientProof {
  readonly secret: string | undefined;
  readonly key: SigningKey | undefined;
  readonly assertions: GivenAssertions | undefined;
}

/**
 * Returns what puts the client's proof of who it is into a request (RFC 6749 section 2.3, RFC 7523 section 2.2).
 * `assertedTo` is whom assertions are for, `methods` what the server says that it takes.
 */
export function clientAuthentication(
  openid: OpenidClient,
  settings: FlowSettings,
  { secret, key, assertions }: ClientProof,
  assertedTo: string | undefined,
  methods: unknown,
): ClientAuth {
  const method = settings.clientAuthentication ?? natural();
  if (method.endsWith('tls_client_auth')) return openid.TlsClientAuth();
  if (method === 'private_key_jwt' && assertions) {
    const authenticate: unknown = async (...[, client, body]: Parameters<ClientAuth>): Promise<void> => {
      body.set('client_id', client.client_id);
      body.set('client_assertion_type', settings.clientAssertion?.type ?? jwtBearer);
      body.set('client_assertion', await assertions.next());
    };
    return authenticate as ClientAuth; // the library awaits it, as it does its own
  }
  if (method === 'private_key_jwt' && key) {
    return openid.PrivateKeyJwt({ key: key.key, ...(key.keyId !== undefined && { kid: key.keyId }) }, modify());
  }
  if (secret === undefined || method === 'none') return openid.None();
  if (method === 'client_secret_jwt') return openid.ClientSecretJwt(secret, modify());
  if (method === 'client_secret_post') {
    return (_server, client, body) => {
      body.set('client_id', client.client_id);
      body.set('client_secret', secret);
    };
  }
  const isRaw = settings.dialect?.basicEncoding === 'raw' || secret === '';
  return (_server, client, _body, headers) => {
    const [id, password] = [client.client_id, secret].map(isRaw ? String : formEncoded);
    const bytes = new TextEncoder().encode(`${id}:${password}`);
    headers.set('authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`);
  };

  function natural(): ClientAuthentication {
    if (secret === undefined) return key || assertions ? 'private_key_jwt' : 'none';
    return settings.dialect?.basicEncoding ? 'client_secret_basic' : secretMethod(methods);
  }

  function modify(): { [name: symbol]: (header: Claims, payload: Claims) => void } {
    const { audience, lifetime, keyId, header: further } = settings.clientAssertion ?? {};
    return {
      [openid.modifyAssertion]: (header, payload) => {
        Object.assign(header, further);
        if (keyId !== undefined) header['kid'] = keyId;
        // RFC 9864 has a new name for it, which servers that know RFC 8037 only would refuse.
        if (header['alg'] === 'Ed25519' && key?.algorithm === 'EdDSA') header['alg'] = 'EdDSA';
        payload['aud'] = audience ?? assertedTo ?? payload['aud'];
        if (lifetime !== undefined) payload['exp'] = Number(payload['iat']) + lifetime;
      },
    };
  }
}

/** How a client shows its secret: as RFC 6749 prefers, unless the server does not take it so. */
export function secretMethod(methods: unknown): ClientAuthentication {
  const takes = (method: string): boolean => Array.isArray(methods) && methods.includes(method);
  const takesPostOnly = takes('client_secret_post') && !takes('client_secret_basic');
  return takesPostOnly ? 'client_secret_post' : 'client_secret_basic';
}

/**
 * As in a form (URL standard section 5.2). openid-client would encode `-`, `.`, `_` and `*` too, which servers that do
 * not decode refuse, and client ids are full of them.
 */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice('='.length);
}

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Claims = Record<string, unknown>;
