import process from 'node:process';
import { MissingCredentialsError } from '../../errors/index.js';
import { secureUrl } from '../../platform/urls.js';
import { type EnvironmentOptions, isBlank } from '../credentials/environment.js';

/** Which id token GitHub Actions is asked for. @group Credentials */
export interface GithubActionsTokenOptions extends EnvironmentOptions {
  /** The claim `aud`: whatever the authorization server wants to see there, often its issuer. */
  readonly audience: string;
  /** @defaultValue `globalThis.fetch` */
  readonly fetch?: ((input: string | URL | Request, init?: RequestInit) => Promise<Response>) | undefined;
}

const variables = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const;

/** Seconds for one request, its answer included. */
const timeout = 20;

/**
 * Makes a function that asks GitHub Actions for a new id token of the job each time it is called; for
 * `clientAssertion: { from }`, `assertion` and `subjectToken`. The job needs `permissions: { id-token: write }`.
 *
 * ```ts
 * import { ClientCredentialsFlow } from '@latchkey/core';
 * import { githubActionsToken } from '@latchkey/core/node';
 *
 * const issuer = 'https://login.example.org';
 * export const flow = new ClientCredentialsFlow({
 *   issuer,
 *   clientId: 'deployment',
 *   clientAssertion: { from: githubActionsToken({ audience: issuer }) },
 * });
 * ```
 *
 * @returns a function that throws MissingCredentialsError outside of such a job
 * @throws TypeError without an audience
 * @group Credentials
 */
export function githubActionsToken(options: GithubActionsTokenOptions): () => Promise<string> {
  const { audience, env = process.env } = options;
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience must be a non-empty string.');
  return async () => {
    const [address, token] = variables.map((name) => env[name]);
    if (isBlank(address) || isBlank(token)) {
      throw new MissingCredentialsError(
        variables.filter((name) => isBlank(env[name])),
        { remedy: 'Run this in a job of GitHub Actions that has `permissions: { id-token: write }`.' },
      );
    }
    const url = new URL(secureUrl(address, variables[0]));
    url.searchParams.set('audience', audience);
    const response = await (options.fetch ?? globalThis.fetch)(url, {
      headers: { accept: 'application/json; api-version=2.0', authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout * 1000),
    });
    const value = response.ok ? valueOf(await response.text()) : undefined;
    if (value === undefined) throw new Error(`GitHub Actions answered ${response.status} and gave no id token.`);
    return value;
  };
}

function valueOf(text: string): string | undefined {
  try {
    const { value } = JSON.parse(text) as { value?: unknown };
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
