import type { AuthFlow } from '@latchkey/core';
import { Octokit } from '@octokit/core';

/** An Octokit that shows the flow's token, whose `allowedOrigins` name the API. Give it no `auth` of its own. */
export function createOctokit(flow: AuthFlow, baseUrl = 'https://api.github.com'): Octokit {
  return new Octokit({ baseUrl, request: { fetch: flow.asFetch() } });
}
