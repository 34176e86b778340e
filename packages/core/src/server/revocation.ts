import { RevocationFailedError } from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import { aboutRedirect } from './answers/redirect-answer.js';
import type { ServerConnection } from './server-connection.js';
import { detailsOf } from './endpoint-answer.js';
import { isSuccess } from './http-exchange.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What servers say of a token that has ended or that they do not know, for which RFC 7009 section 2.2 wants a success. */
const dead = new Set(['invalid_token', 'invalid_grant', 'token_expired', 'token_revoked', '1203.11205', '1203.31204']);

/** What they say where the refresh token took the access token with it (section 2.1), or where they revoke no other. */
const endedWithIt = new Set(['invalid_request', 'unsupported_token_type']);

/**
 * Revokes tokens (RFC 7009). The refresh token first: with it, servers should end its access tokens too (section 2.1), and
 * some revoke no other. What is dead already needs no revocation.
 *
 * @throws RevocationFailedError when the server does not confirm it
 */
export async function revokeTokens(
  connection: ServerConnection,
  { refreshToken, accessToken }: TokenSet,
  signal: AbortSignal,
): Promise<void> {
  const refused = refreshToken !== undefined && (await revoke(connection, refreshToken, 'refresh_token', signal));
  if (refused && !saysDead(refused)) throw refused;
  const kept = accessToken !== undefined && (await revoke(connection, accessToken, 'access_token', signal));
  if (!kept || saysDead(kept)) return;
  const isEnded = refreshToken !== undefined && kept.status === 400 && endedWithIt.has(kept.error ?? '');
  if (!isEnded) throw kept;
}

function saysDead({ status, error }: RevocationFailedError): boolean {
  return (status === 400 || status === 404) && dead.has((error ?? '').toLowerCase().replace(' ', '_')); // Twitch: Invalid token
}

/** Returns what stands in the way: any 2xx is a confirmation. */
async function revoke(
  connection: ServerConnection,
  token: string,
  hint: 'refresh_token' | 'access_token',
  signal: AbortSignal,
): Promise<RevocationFailedError | undefined> {
  const request = connection.shape('revocation', new URLSearchParams({ token, token_type_hint: hint }));
  const secrets = connection.secretsOf(request);
  const { answer, problem } = await connection.ask(
    (openid, configuration) => openid.tokenRevocation(configuration, token, { token_type_hint: hint }),
    { purpose: 'revocation', request, secrets, signal },
  );
  if (problem === undefined || (answer && isSuccess(answer.status))) return undefined;
  const said = answer && detailsOf(answer, { secrets, now: connection.now() });
  const redirect = answer && aboutRedirect(answer, secrets);
  const about = redirect && {
    ...redirect,
    message: `The tokens were deleted here, and are not revoked. ${redirect.message}`,
  };
  return new RevocationFailedError({ ...said, ...about, cause: scrubError(problem, secrets) });
}
