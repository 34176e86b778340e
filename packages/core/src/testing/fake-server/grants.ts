import { readJwtClaims } from '../../crypto/jwt.js';
import { Refusal } from './answer.js';
import type { Grant } from './grant.js';
import type { FakeAuthorizationServerOptions } from './server-options.js';
import type { ServerState } from './server-state.js';
import type { TokenFields } from './token-issuer.js';

type Parameters = Readonly<Record<string, string>>;
type GrantHandler = (parameters: Parameters, clientId: string, state: ServerState) => Grant | Promise<Grant>;

const handlers: Readonly<Record<string, GrantHandler>> = {
  client_credentials: (parameters, clientId) => grantTo(clientId, clientId, parameters),
  password: (parameters, clientId) => {
    if (!parameters['username'] || !parameters['password']) throw new Refusal('invalid_request');
    return grantTo(clientId, parameters['username'], parameters);
  },
  authorization_code: (parameters, clientId, state) => state.codes.redeem(parameters, clientId, state.now()),
  'urn:ietf:params:oauth:grant-type:device_code': (parameters, clientId, state) =>
    state.deviceLogins.redeem(
      parameters['device_code'],
      clientId,
      state.now(),
      state.options.enforceDeviceInterval ?? false,
    ),
  'urn:ietf:params:oauth:grant-type:jwt-bearer': (parameters, clientId, state) => {
    const { sub: subject, exp } = readJwtClaims(parameters['assertion'] ?? '') ?? {};
    if (typeof exp === 'number' && exp * 1000 <= state.now())
      throw new Refusal('invalid_grant', 400, 'The assertion has expired (RFC 7523 section 3).');
    if (typeof subject !== 'string') throw new Refusal('invalid_grant', 400, 'The assertion is no JWT with a sub.');
    return grantTo(clientId, subject, parameters);
  },
  'urn:ietf:params:oauth:grant-type:token-exchange': (parameters, clientId, state) => {
    const subjectToken = parameters['subject_token'];
    if (!subjectToken || !parameters['subject_token_type']) throw new Refusal('invalid_request');
    const known = state.tokens.accessTokens.findLive(subjectToken, state.now());
    const claimed = readJwtClaims(subjectToken)?.['sub'];
    const subject = known?.grant.subject ?? (typeof claimed === 'string' ? claimed : 'somebody');
    return grantTo(clientId, subject, parameters);
  },
};

/** The grant types that the token endpoint takes. */
export function grantTypes({ grants = {} }: FakeAuthorizationServerOptions): readonly string[] {
  return [...new Set([...Object.keys(handlers), 'refresh_token', ...Object.keys(grants)])];
}

/** Answers a token request (RFC 6749 section 3.2), or throws a {@link Refusal}. */
export async function grantTokens(parameters: Parameters, clientId: string, state: ServerState): Promise<TokenFields> {
  const grantType = parameters['grant_type'];
  if (grantType === undefined) throw new Refusal('invalid_request', 400, 'No grant_type was given.');
  if (grantType === 'refresh_token') return renew(parameters, clientId, state);
  const { options, tokens } = state;
  const grant = await handlerOf(grantType, options)(parameters, clientId, state);
  const gives = options.givesRefreshToken ?? ((type: string) => type !== 'client_credentials');
  const now = state.now();
  const refreshToken = gives(grantType, grant.scope ?? '')
    ? tokens.refreshTokens.issue(grant, now, options.refreshTokenLifetime)
    : undefined;
  const fields = await tokens.issue(grant, options, { now, refreshToken });
  const isExchange = grantType.endsWith('token-exchange');
  return { ...fields, ...(isExchange && { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }) };
}

function handlerOf(grantType: string, options: FakeAuthorizationServerOptions): GrantHandler {
  const taught = new Map(Object.entries(options.grants ?? {})).get(grantType);
  if (taught) {
    return async (parameters, clientId) => {
      const subject = await taught(parameters);
      if (subject === undefined)
        throw new Refusal('invalid_grant', 400, 'The option grants names no subject for this.');
      return grantTo(clientId, subject, parameters);
    };
  }
  const known = new Map(Object.entries(handlers)).get(grantType);
  if (known) return known;
  throw new Refusal(
    'unsupported_grant_type',
    400,
    `The fake server does not know the grant ${grantType}. Teach it by server.configure({ grants: { '${grantType}': ` +
      `(form) => 'ada' } }). It knows ${grantTypes(options).join(', ')}.`,
  );
}

/** Makes a grant from what was asked for. */
export function grantTo(clientId: string, subject: string, parameters: Parameters): Grant {
  const { scope, audience, resource, nonce } = parameters;
  return { clientId, subject, scope, audience: audience ?? resource, nonce, revoked: false };
}

async function renew(parameters: Parameters, clientId: string, state: ServerState): Promise<TokenFields> {
  const { options, tokens } = state;
  const presented = parameters['refresh_token'];
  if (presented === undefined) throw new Refusal('invalid_request', 400, 'No refresh_token was given.');
  const now = state.now();
  const { grant, next } = tokens.refreshTokens.redeem(presented, clientId, now, {
    rotation: options.rotation ?? 'rotate',
    lifetime: options.refreshTokenLifetime,
  });
  return tokens.issue(grant, options, { now, refreshToken: next, scope: parameters['scope'] });
}
