import { LoginRequiredError } from '../errors/index.js';
import { explainResponse, sentToken } from '../fetch/explain-response.js';
import { isReplayable, isRequest } from '../fetch/outgoing-request.js';
import type { AccessTokenOptions } from '../options/access-token-options.js';
import { discardBody } from '../platform/response-body.js';

/** What a fetch that may ask a person needs of a flow. */
export interface SteppingFlow {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  getAccessTokenRefreshIfNecessary(options: AccessTokenOptions): Promise<string>;
  withScope(scope: string): SteppingFlow;
}

/** Logins for one request: an API that always wants more would ask without an end. */
const mostLogins = 2;

/**
 * Fetches, and logs in where it must: without a usable token, and for scopes that the API asks for. It sends nothing again
 * that brought no other token, since a login that asked for the same scopes brings no more.
 */
export async function fetchSteppingUp(
  flow: SteppingFlow,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined);
  let current = flow;
  for (let logins = 0; ; logins++) {
    const mayLogIn = logins < mostLogins && isRepeatable(input, init);
    let response: Response | undefined;
    try {
      response = await current.fetch(input, init);
      const scope = mayLogIn ? missingScope(response) : undefined;
      if (scope === undefined) return response;
      current = current.withScope(scope);
      const token = await current.getAccessTokenRefreshIfNecessary({ interactive: true, signal });
      if (token === sentToken(response)) return response;
      discardBody(response);
    } catch (error) {
      if (response) discardBody(response);
      if (!mayLogIn || !(error instanceof LoginRequiredError)) throw error;
      await current.getAccessTokenRefreshIfNecessary({ interactive: true, signal });
    }
  }
}

/** The scope that the API wants of the token that it was shown. */
function missingScope(response: Response): string | undefined {
  const problem = sentToken(response) === undefined ? undefined : explainResponse(response);
  return problem?.code === 'INSUFFICIENT_SCOPE' ? problem.scope : undefined;
}

function isRepeatable(input: string | URL | Request, init: RequestInit | undefined): boolean {
  return isReplayable(init?.body) && !(isRequest(input) && input.body);
}
