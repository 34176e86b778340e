import {
  allowInsecureRequests,
  type ClientAuth,
  clockSkew,
  Configuration,
  customFetch,
  type ServerMetadata,
} from 'openid-client';
import type { FlowSettings } from '../../options/flow-settings.js';
import type { ClientProof } from '../requests/own-proof.js';
import type { RequestForm } from '../requests/request-form.js';
import type { ShapedRequest } from '../shaped-request.js';
import { clientAuthentication } from './client-authentication.js';

/** What one request is made with. */
export interface ConfigurationParts {
  readonly metadata: ServerMetadata;
  readonly proof: ClientProof;
  readonly settings: FlowSettings;
  /** What the server calls itself, where it is known. */
  readonly issuer: string | undefined;
  /** What is asked, in the form that the server wants. */
  readonly request: ShapedRequest | undefined;
}

/** Configures the protocol library for one request, which `send` sends. */
export function configure(
  { metadata, proof, settings, issuer, request }: ConfigurationParts,
  send: (url: string, init: RequestForm) => Promise<Response>,
): Configuration {
  const { token_endpoint: tokenEndpoint, token_endpoint_auth_methods_supported: methods } = metadata;
  const usesTls = settings.clientAuthentication?.endsWith('tls_client_auth') ?? false;
  const configuration = new Configuration(
    metadata,
    settings.clientId,
    {
      [clockSkew]: Math.round((settings.clock.now() - Date.now()) / 1000),
      ...(usesTls && { use_mtls_endpoint_aliases: true }),
    },
    withFields(request, clientAuthentication(settings, proof, issuer ?? tokenEndpoint, methods)),
  );
  allowInsecureRequests(configuration); // loopback; every URL has been through secureUrl
  configuration[customFetch] = send;
  return configuration;
}

/** Puts the fields that the server wants in place of OAuth's, before the client proves who it is. */
function withFields(shaped: ShapedRequest | undefined, authenticate: ClientAuth): ClientAuth {
  if (!shaped || shaped.fields === shaped.form) return authenticate;
  const proveClient: (...all: Parameters<ClientAuth>) => unknown = authenticate;
  const replacing: unknown = async (...[server, client, body, headers]: Parameters<ClientAuth>): Promise<void> => {
    for (const name of [...shaped.form.keys(), ...shaped.fields.keys()]) body.delete(name);
    for (const [name, value] of shaped.fields) body.append(name, value);
    await proveClient(server, client, body, headers);
  };
  return replacing as ClientAuth; // the library awaits what it returns
}
