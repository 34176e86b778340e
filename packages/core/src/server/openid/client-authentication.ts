import { type ClientAuth, ClientSecretJwt, modifyAssertion, PrivateKeyJwt, TlsClientAuth } from 'openid-client';
import type { FlowSettings } from '../../options/flow-settings.js';
import { authenticationMethod, type ClientProof, ownProof } from '../requests/own-proof.js';

/**
 * Returns what puts the client's proof of who it is into a request (RFC 6749 section 2.3, RFC 7523 section 2.2).
 * `assertedTo` is whom assertions are for, `methods` what the server says that it takes.
 */
export function clientAuthentication(
  settings: FlowSettings,
  proof: ClientProof,
  assertedTo: string | undefined,
  methods: unknown,
): ClientAuth {
  const own = ownProof(settings, proof, methods);
  if (own) {
    return (_server, _client, body, headers) => {
      own(body, headers);
    };
  }
  const { secret, key, assertions } = proof;
  const method = authenticationMethod(settings, proof, methods);
  if (method.endsWith('tls_client_auth')) return TlsClientAuth();
  if (method === 'client_secret_jwt') return ClientSecretJwt(secret ?? '', modify());
  if (!assertions && key) {
    return PrivateKeyJwt({ key: key.key, ...(key.keyId !== undefined && { kid: key.keyId }) }, modify());
  }
  const authenticate: unknown = async (...[, client, body]: Parameters<ClientAuth>): Promise<void> => {
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', settings.clientAssertion?.type ?? jwtBearer);
    body.set('client_assertion', (await assertions?.next()) ?? '');
  };
  return authenticate as ClientAuth; // the library awaits it, as it does its own

  function modify(): { [name: symbol]: (header: Claims, payload: Claims) => void } {
    const { audience, lifetime = 60, keyId, header: further } = settings.clientAssertion ?? {};
    return {
      [modifyAssertion]: (header, payload) => {
        Object.assign(header, further);
        if (keyId !== undefined) header['kid'] = keyId;
        // RFC 9864 has a new name for it, which servers that know RFC 8037 only would refuse.
        if (header['alg'] === 'Ed25519' && key?.algorithm === 'EdDSA') header['alg'] = 'EdDSA';
        const iat = Number(payload['iat']) - Math.min(10, Math.floor(lifetime / 6)); // as of `signAssertion`
        Object.assign(payload, { aud: audience ?? assertedTo ?? payload['aud'], iat, nbf: iat, exp: iat + lifetime });
      },
    };
  }
}

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Claims = Record<string, unknown>;
