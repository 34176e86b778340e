import { DiscoveryError } from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import { endpointOf } from './discovery/endpoint-of.js';
import { readEndpointAnswer } from './endpoint-answer.js';
import { noAnswer } from './no-answer.js';
import type { ServerConnection } from './server-connection.js';

const purpose = 'pushed_authorization';

/**
 * Returns the URL that begins a login in a browser, after the parameters were sent ahead where that is wanted (RFC 9126).
 *
 * @throws DiscoveryError; for parameters that are sent ahead also what {@link readEndpointAnswer} throws
 */
export async function authorizationUrl(connection: ServerConnection, parameters: URLSearchParams): Promise<URL> {
  const { metadata, settings } = connection;
  const { pushedAuthorization = metadata.require_pushed_authorization_requests === true } = settings;
  endpointOf(connection, 'authorization_endpoint');
  if (pushedAuthorization) endpointOf(connection, 'pushed_authorization_request_endpoint');
  const request = pushedAuthorization ? connection.shape(purpose, parameters) : undefined;
  const secrets = connection.secretsOf();
  const { answer, result, problem } = await connection.ask(
    async (openid, configuration) =>
      pushedAuthorization
        ? openid.buildAuthorizationUrlWithPAR(configuration, parameters)
        : openid.buildAuthorizationUrl(configuration, parameters),
    { purpose, request, secrets },
  );
  if (result) return result;
  if (!answer) throw noAnswer(problem, purpose, secrets);
  readEndpointAnswer(answer, connection.questionOf(purpose, secrets));
  throw new DiscoveryError({
    message: 'The authorization server gave no request_uri for the parameters that were sent ahead (RFC 9126).',
    cause: scrubError(problem, secrets),
  });
}
