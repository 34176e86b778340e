import { TokenRequestError } from '../errors/index.js';
import { expiryOfJwt, lifeOfJwtFromThePast } from '../crypto/jwt.js';
import { endAfter, readSeconds } from './read-seconds.js';
import { lifetimeByEnd } from './record-times.js';
import { isShallow } from './token-record.js';
import { refreshExpiryAfter } from './refresh-expiry-after.js';
import { TokenSet } from './token-set.js';
import { isFilledText } from '../platform/json-values.js';

/**
 * Makes the next token set from an answer of the token endpoint and the set before it (RFC 6749 section 6): an absent
 * refresh token, scope or id token is kept, a present one replaces. An answer without an access token, which breaks
 * the RFC, keeps the old one, so that its refresh token is not lost.
 *
 * @param sentAt - when the request was sent, in ms; lifetimes count from here
 */
export function mergeAnswer(body: Readonly<Record<string, unknown>>, sentAt: number, previous?: TokenSet): TokenSet {
  const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => isShallow(value)));
  const { latchkey: _stamp, issued_at: _issued, expires_at: _expires, dpop_key: _key, ...others } = fields;
  const { refresh_expires_at: _end, refresh_issued_at: _start, ...answer } = others;
  const { access_token: token, expires_in, expires_in_sec } = answer;
  const lifetime = readSeconds(expires_in_sec) ?? readSeconds(expires_in); // Zoho has milliseconds in the second
  const sent = Math.floor(sentAt / 1000);
  if (lifetime !== undefined) answer['expires_in'] = endAfter(lifetime, sent) - sent;
  else if (isFilledText(token)) {
    const isNew = token !== previous?.accessToken;
    const unsaid = lifetimeByEnd(fields, sentAt) ?? (isNew ? lifeOfJwtFromThePast(token, sentAt) : undefined);
    if (unsaid !== undefined) answer['expires_in'] = unsaid;
    else if (expiryOfJwt(token) !== undefined) answer['issued_at'] = sent; // else nobody knows how long it lives
  }
  if (!previous) return TokenSet.from(answer, sentAt);
  const before = previous.toJSON();
  const { access_token, refresh_token, scope, id_token, expires_at, issued_at, dpop_key } = before;
  const kept = isFilledText(answer['access_token']) ? { issued_at: sent } : { access_token, expires_at, issued_at };
  return TokenSet.from(
    {
      ...answer,
      ...kept,
      ...refreshExpiryAfter(answer, sentAt, before),
      refresh_token: isFilledText(answer['refresh_token']) ? answer['refresh_token'] : refresh_token,
      id_token: isFilledText(answer['id_token']) ? answer['id_token'] : id_token,
      dpop_key,
      scope: isFilledText(answer['scope']) || Array.isArray(answer['scope']) ? answer['scope'] : scope,
    },
    sentAt,
  );
}

/** Throws unless an answer holds an access token, as RFC 6749 section 5.1 requires; after a renewal, what came with it is kept. */
export function assertAccessToken(body: Readonly<Record<string, unknown>>, isRenewal = false): void {
  if (isFilledText(body['access_token'])) return;
  const kept = isRenewal ? ' A refresh token that came with it was kept.' : '';
  throw new TokenRequestError({
    status: 200,
    code: 'TOKEN_ANSWER_INVALID',
    message: `The token endpoint answered without an access token.${kept}`,
    remedy: 'Try again. If it lasts, the authorization server does not follow RFC 6749.',
  });
}

/**
 * Says when the id token of a renewal is about another user than the one before, which it must not be (OpenID Connect
 * Core section 12.2); `undefined` when it is not, or when there are no two to compare.
 */
export function subjectProblem(renewed: TokenSet, previous: TokenSet): Error | undefined {
  const [now, before] = [renewed, previous].map(({ idTokenClaims }) => idTokenClaims?.['sub']);
  if (now === undefined || before === undefined || now === before) return undefined;
  return new Error('The id token of the renewal is about another user than the one before.');
}

/**
 * Keeps the stored refresh token, unless it was refused, where a login brings none and is surely of the same user: both id
 * tokens name one issuer and subject. Some servers give a refresh token only at the first consent.
 */
export function keepRefreshToken(login: TokenSet, stored: TokenSet | undefined): TokenSet {
  if (login.refreshToken !== undefined || stored?.refreshToken === undefined || stored.stamp?.refused) return login;
  const [now, before] = [login, stored].map(({ idTokenClaims }) => [idTokenClaims?.['iss'], idTokenClaims?.['sub']]);
  const isSame = now?.every((claim, index) => typeof claim === 'string' && claim === before?.[index]);
  return isSame ? TokenSet.from({ ...login.toJSON(), refresh_token: stored.refreshToken }) : login;
}
