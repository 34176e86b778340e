import { type DeviceCode, readDeviceCode } from './device-code.js';
import { endpointOf } from './discovery/endpoint-of.js';
import { noAnswer } from './no-answer.js';
import type { ServerConnection } from './server-connection.js';

const purpose = 'device_authorization';

/**
 * Asks for a device code (RFC 8628 section 3.1).
 *
 * @throws DeviceCodeRequestError, TokenEndpointUnavailableError, DiscoveryError
 */
export async function requestDeviceCode(
  connection: ServerConnection,
  parameters: URLSearchParams,
  signal: AbortSignal | undefined,
): Promise<DeviceCode> {
  endpointOf(connection, 'device_authorization_endpoint');
  const request = connection.shape(purpose, parameters);
  const secrets = connection.secretsOf(request);
  const { answer, problem } = await connection.ask(
    (openid, configuration) => openid.initiateDeviceAuthorization(configuration, parameters),
    { purpose, request, secrets, signal },
  );
  if (!answer) throw noAnswer(problem, purpose, secrets);
  return readDeviceCode(answer, connection.questionOf(purpose, secrets));
}
