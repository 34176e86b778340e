import { type Answer, jsonAnswer, redirectAnswer, Refusal } from './answer.js';
import { checkClient, type ClientCredentials } from './client-authentication.js';
import { grantTo, grantTokens } from './grants.js';
import { describeServer } from './metadata.js';
import { protectedResource, userinfo } from './protected-resource.js';
import type { Endpoint, ReceivedRequest } from './received-request.js';
import type { ServerState } from './server-state.js';

type EndpointHandler = (
  request: ReceivedRequest,
  client: ClientCredentials,
  state: ServerState,
) => Promise<Answer> | Answer;

const handlers: Readonly<Record<Endpoint, EndpointHandler>> = {
  discovery: (_request, _client, state) => jsonAnswer(describeServer(state)),
  jwks: async (_request, _client, state) => jsonAnswer(await state.tokens.signer.jwks()),
  token: async ({ parameters }, client, state) =>
    jsonAnswer(await grantTokens(parameters, knownClient(client, state), state)),
  device_authorization: beginDeviceLogin,
  authorize,
  revoke,
  introspect,
  userinfo,
  api: protectedResource,
  unknown: () => jsonAnswer({ error: 'not_found' }, 404),
};

/** What carries secrets stands in a body, and in no URL (RFC 6749 section 3.2, RFC 7009 section 2.1, RFC 7662 section 2.1). */
const ofPosts: ReadonlySet<Endpoint> = new Set(['token', 'device_authorization', 'revoke', 'introspect']);

/** Answers a request as the server means it; refusals are answers too. */
export async function answerRequest(
  request: ReceivedRequest,
  client: ClientCredentials,
  state: ServerState,
): Promise<Answer> {
  if (request.method !== 'POST' && ofPosts.has(request.endpoint)) throw new Refusal('invalid_request', 405);
  return handlers[request.endpoint](request, client, state);
}

function knownClient(client: ClientCredentials, { options }: ServerState): string {
  checkClient(client, options.clients);
  return client.id ?? '';
}

function beginDeviceLogin({ parameters }: ReceivedRequest, client: ClientCredentials, state: ServerState): Answer {
  const { options, tokens, issuer } = state;
  const grant = grantTo(knownClient(client, state), options.subject ?? 'ada', parameters);
  const deviceCode = tokens.mark('dc');
  const userCode = tokens.mark('uc').slice(-12).replaceAll(/[-_]/g, 'X').toUpperCase();
  const [lifetime, interval] = [options.deviceCodeLifetime ?? 600, options.deviceInterval ?? 5];
  const endsAt = state.now() + lifetime * 1000;
  state.deviceLogins.add(deviceCode, { userCode, grant, endsAt, interval, state: options.deviceLogins ?? 'pending' });
  return jsonAnswer({
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: `${issuer}/device`,
    verification_uri_complete: `${issuer}/device?user_code=${userCode}`,
    expires_in: lifetime,
    interval,
  });
}

/** Everybody approves at once. PKCE by S256 is demanded (RFC 7636), `iss` is sent back (RFC 9207). */
function authorize({ parameters }: ReceivedRequest, _client: ClientCredentials, state: ServerState): Answer {
  const { client_id, redirect_uri, code_challenge, code_challenge_method, response_type } = parameters;
  if (!client_id || !redirect_uri) throw new Refusal('invalid_request', 400, 'client_id or redirect_uri is missing.');
  const back = new URL(redirect_uri);
  if (parameters['state'] !== undefined) back.searchParams.set('state', parameters['state']);
  back.searchParams.set('iss', state.issuer);
  const isValid = response_type === 'code' && code_challenge && code_challenge_method === 'S256';
  const error = state.options.authorizationError ?? (isValid ? undefined : 'invalid_request');
  if (error !== undefined || !code_challenge) {
    back.searchParams.set('error', error ?? 'invalid_request');
    return redirectAnswer(back.href);
  }
  const code = state.tokens.mark('ac');
  const grant = grantTo(client_id, state.options.subject ?? 'ada', parameters);
  const endsAt = state.now() + 60_000;
  state.codes.add(code, { grant, redirectUri: redirect_uri, challenge: code_challenge, endsAt });
  back.searchParams.set('code', code);
  return redirectAnswer(back.href);
}

/** Ends an access token, or a refresh token with its whole grant (RFC 7009). */
function revoke(request: ReceivedRequest, client: ClientCredentials, state: ServerState): Answer {
  const { revocation = 'form' } = state.options;
  if (revocation === 'none') return jsonAnswer({ error: 'not_found' }, 404);
  const isJson = request.headers['content-type']?.startsWith('application/json') ?? false;
  if (isJson !== (revocation === 'json')) throw new Refusal('invalid_request', 415, `Send ${revocation}.`);
  const clientId = knownClient(client, state);
  const token = request.parameters['token'];
  if (!token) throw new Refusal('invalid_request', 400, 'No token was given.');
  const { accessTokens, refreshTokens } = state.tokens;
  const grant = refreshTokens.find(token);
  const { clientId: owner = clientId } = grant ?? accessTokens.findLive(token, state.now())?.grant ?? {};
  if (owner !== clientId)
    throw new Refusal('invalid_grant', 400, 'The token is of another client (RFC 7009 section 2.1).');
  if (grant) grant.revoked = true;
  else accessTokens.expire(token);
  return jsonAnswer({});
}

/** Says whether a token is live (RFC 7662). */
function introspect({ parameters }: ReceivedRequest, client: ClientCredentials, state: ServerState): Answer {
  knownClient(client, state);
  const token = parameters['token'] ?? '';
  const { accessTokens, refreshTokens } = state.tokens;
  const access = accessTokens.findLive(token, state.now());
  const grant = access?.grant ?? (refreshTokens.isLive(token, state.now()) ? refreshTokens.find(token) : undefined);
  if (!grant) return jsonAnswer({ active: false });
  const { clientId: client_id, subject: sub, scope } = grant;
  const exp = access && { exp: Math.floor(access.endsAt / 1000), token_type: 'Bearer' };
  return jsonAnswer({ active: true, client_id, sub, scope, ...exp });
}
