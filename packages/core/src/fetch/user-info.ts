import type { AuthFlowOptions } from '../options/flow-options.js';
import { systemClock } from '../platform/clock.js';
import { causesOf } from '../errors/error-causes.js';
import { AuthFlowError, TokenEndpointUnavailableError, TokenRequestError } from '../errors/index.js';
import { explainResponse, noteSentTokens } from './explain-response.js';
import { asResponse, exchange, type HttpAnswer } from '../server/http-exchange.js';
import { scrubError } from '../errors/scrub.js';
import { readEndpointAnswer } from '../server/endpoint-answer.js';

/** Claims about a user (OpenID Connect Core section 5.1). @group Options */
export interface UserInfo {
  /** Names the user at this server. */
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** Asks for the claims about a user; `sent` are the tokens that this shows. @throws as `AuthFlow.fetchUserInfo` */
export async function requestUserInfo(
  url: string,
  fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>,
  { timeout = 20, clock = systemClock }: AuthFlowOptions,
  signal: AbortSignal | undefined,
  sent: readonly string[],
): Promise<UserInfo> {
  const answer = await ask(url, fetch, timeout, signal);
  const response = asResponse(answer);
  noteSentTokens(response, sent);
  const refusal = explainResponse(response);
  if (refusal) throw refusal;
  const isSigned = response.ok && /^application\/jwt\b/i.test(answer.headers.get('content-type') ?? '');
  const question = { grantType: 'userinfo', secrets: sent, now: clock.now() };
  const claims = isSigned ? {} : readEndpointAnswer(answer, question);
  if ('sub' in claims && typeof claims.sub === 'string') return claims as UserInfo;
  throw new TokenRequestError({
    status: answer.status,
    code: 'USER_INFO_INVALID',
    message: 'The server answered without the claim sub, or with a signed answer, so it is not known who the user is.',
    remedy: 'Have the server answer the userinfo request in plain JSON, as OpenID Connect Core section 5.3.2 says.',
  });
}

/** The claims are about somebody else than the id token, and must not be used (OpenID Connect Core section 5.3.2). */
export function otherSubject(): TokenRequestError {
  return new TokenRequestError({
    status: 200,
    code: 'USER_INFO_INVALID',
    message: 'The server answered with claims about another user than the id token, so they are not given out.',
    remedy: 'Log in again. If it lasts, the server mixes up its users.',
  });
}

async function ask(
  url: string,
  fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  try {
    return await exchange(fetch, url, { headers: { accept: 'application/json' } }, { timeout, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const typed = causesOf(error).find((each) => each instanceof AuthFlowError);
    if (typed) throw typed;
    throw new TokenEndpointUnavailableError({
      message: 'The server gave no answer about the user.',
      cause: scrubError(error),
    });
  }
}
