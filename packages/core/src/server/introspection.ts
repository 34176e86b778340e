import { endpointOf } from './discovery/endpoint-of.js';
import { readEndpointAnswer } from './endpoint-answer.js';
import { noAnswer } from './no-answer.js';
import type { ServerConnection } from './server-connection.js';

const purpose = 'introspection';

/** Asks about a token (RFC 7662). @throws what {@link readEndpointAnswer} throws; DiscoveryError */
export async function introspect(
  connection: ServerConnection,
  token: string,
  hint: 'refresh_token' | 'access_token',
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  endpointOf(connection, 'introspection_endpoint');
  const request = connection.shape(purpose, new URLSearchParams({ token, token_type_hint: hint }));
  const secrets = connection.secretsOf(request);
  const { answer, problem } = await connection.ask(
    (openid, configuration) => openid.tokenIntrospection(configuration, token, { token_type_hint: hint }),
    { purpose, request, secrets, signal },
  );
  if (!answer) throw noAnswer(problem, purpose, secrets);
  return readEndpointAnswer(answer, connection.questionOf(purpose, secrets));
}
