import { causesOf } from '../errors/error-causes.js';
import {
  AuthFlowError,
  DiscoveryError,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
} from '../errors/index.js';
import { NoAnswerError } from './http-exchange.js';
import { aboutNetworkFailure } from './network-failure.js';
import { scrubError } from '../errors/scrub.js';

/** Says why a request came to no answer, and what that means for its grant. */
export function noAnswer(problem: unknown, grantType: string, secrets: readonly string[]): AuthFlowError {
  const failure = findFailure(problem);
  if (failure instanceof AuthFlowError) return failure;
  const cause = scrubError(failure ?? problem, secrets);
  if (!failure) return new DiscoveryError({ message: `The request could not be made: ${cause.message}`, cause });
  if (failure.mayHaveArrived && grantType === 'refresh_token') return new RefreshOutcomeUnknownError({ cause });
  return new TokenEndpointUnavailableError({
    message: `The authorization server gave no answer: ${cause.message}`,
    mayHaveArrived: failure.mayHaveArrived,
    ...aboutNetworkFailure(failure),
    cause,
  });
}

/** openid-client wraps some failures of a custom fetch. */
function findFailure(problem: unknown): AuthFlowError | NoAnswerError | undefined {
  for (const error of causesOf(problem)) {
    if (error instanceof NoAnswerError || error instanceof AuthFlowError) return error;
  }
  return undefined;
}
