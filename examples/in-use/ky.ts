import { type AuthFlow, AuthFlowError } from '@latchkey/core';
import ky, { type KyInstance } from 'ky';

/**
 * ky with the token of a flow. Its retries are its own: a request that is refused twice with 401 is not tried a third time, nor
 * one for which there is no token, unless that is only for now.
 */
export function createKy(flow: AuthFlow, api: string): KyInstance {
  return ky.create({
    prefixUrl: api,
    fetch: flow.asFetch(),
    retry: { shouldRetry: ({ error }) => (error instanceof AuthFlowError && !error.retryable ? false : undefined) },
  });
}
