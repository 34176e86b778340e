import { AuthorisedFetch, type TokenSource } from './authorised-fetch.js';
import { assertSubject, type UserInfo } from './user-info.js';
import { causesOf } from '../errors/error-causes.js';
import { AuthFlowError, TokenEndpointUnavailableError, TokenRequestError } from '../errors/index.js';
import { explainResponse, noteSentTokens } from './explain-response.js';
import { throwIfAborted } from '../platform/on-abort.js';
import { asResponse, exchange, type HttpAnswer, requestInit, secretHeaders } from '../server/http-exchange.js';
import { scrubError } from '../errors/scrub.js';
import { readEndpointAnswer } from '../server/endpoint-answer.js';

/**
 * Asks for the claims about a user, with a token of `source`, and compares them with the `subject` of the id token that is
 * held then.
 *
 * @throws as `AuthFlow.fetchUserInfo`
 */
export async function requestUserInfo(
  url: string,
  source: TokenSource,
  subject: () => unknown,
  signal?: AbortSignal,
): Promise<UserInfo> {
  const sent: string[] = [];
  const authorised = new AuthorisedFetch(source, { allowedOrigins: [new URL(url).origin], sent });
  const { clock, headers, timeout } = source.settings;
  const init = requestInit({ headers: { accept: 'application/json' } }, headers);
  const { authorization: _notTheirs, ...own } = init.headers as Record<string, string>;
  const send = (to: string | URL | Request, more?: RequestInit): Promise<Response> =>
    authorised.send(to, { ...more, headers: own });
  const answer = await ask(url, send, timeout, signal);
  sent.push(...secretHeaders(own));
  const response = asResponse(answer);
  noteSentTokens(response, sent);
  const refusal = explainResponse(response);
  if (refusal) throw refusal;
  const isSigned = response.ok && /^application\/jwt\b/i.test(answer.headers.get('content-type') ?? '');
  const question = { purpose: 'userinfo', secrets: sent, now: clock.now() };
  const claims = isSigned ? {} : readEndpointAnswer(answer, question);
  if ('sub' in claims && typeof claims.sub === 'string') return assertSubject(claims as UserInfo, subject());
  throw new TokenRequestError({
    status: answer.status,
    code: 'USER_INFO_INVALID',
    message: 'The server answered without the claim sub, or with a signed answer, so it is not known who the user is.',
    remedy: 'Have the server answer the userinfo request in plain JSON, as OpenID Connect Core section 5.3.2 says.',
  });
}

async function ask(
  url: string,
  fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  try {
    return await exchange(fetch, url, {}, { timeout, signal });
  } catch (error) {
    throwIfAborted(signal);
    const typed = causesOf(error).find((each) => each instanceof AuthFlowError);
    if (typed) throw typed;
    throw new TokenEndpointUnavailableError({
      message: 'The server gave no answer about the user.',
      cause: scrubError(error),
    });
  }
}
