import { RegistrationError } from '../errors/index.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { parseUrl } from '../platform/urls.js';
import { secretMethod } from '../server/requests/own-proof.js';
import type { TokenStorage } from '../storage/token-storage.js';
import { type ClientMetadata, type ClientRules, redirectUrisOf, registerClient } from './client-registration.js';
import type { Asking } from './read-document.js';
import { registeredClient } from './registered-client.js';

/** As which client to ask for tokens. Of several ways, the first that the server takes is used. @group Options */
export interface ResourceClient extends Pick<AuthFlowOptions, 'clientSecret' | 'clientKey' | 'clientAuthentication'> {
  /** A client that was registered by hand. */
  readonly clientId?: string | undefined;
  /**
   * The issuer that `clientId` is known to; at another server it is not used. A secret or key needs it: the API names the
   * server, and could name its own.
   */
  readonly issuer?: string | undefined;
  /** The URL, `https:` with a path, of a document that describes the client, which is its id at servers that take such. */
  readonly metadataUrl?: string | undefined;
  /** Registers with the server (RFC 7591), once for all that share the storage. */
  readonly register?: ClientMetadata | undefined;
}

/** The options that say who the client is. */
export type ChosenClient = Pick<AuthFlowOptions, 'clientId' | 'clientSecret' | 'clientKey' | 'clientAuthentication'>;

/** What a client is chosen by. */
export interface ClientNeed {
  readonly client: ResourceClient;
  readonly issuer: string;
  readonly metadata: ClientRules;
  readonly storage: TokenStorage | undefined;
  readonly refused: string | undefined;
  readonly asking: Asking;
}

/**
 * Chooses the client for a server.
 *
 * @throws RegistrationError, code `NO_CLIENT_FOR_SERVER`, when the server takes none of those given
 */
export async function chooseClient({ client, issuer, metadata, ...need }: ClientNeed): Promise<ChosenClient> {
  const { clientId, clientSecret, clientKey, metadataUrl, register } = client;
  const methods = metadata.token_endpoint_auth_methods_supported;
  if (clientId !== undefined && (client.issuer === undefined || client.issuer === issuer)) {
    const clientAuthentication =
      client.clientAuthentication ?? (clientSecret === undefined ? undefined : secretMethod(methods));
    return withoutUndefined({ clientId, clientSecret, clientKey, clientAuthentication });
  }
  if (metadataUrl !== undefined && metadata.client_id_metadata_document_supported === true) {
    return { clientId: metadataUrl, clientAuthentication: 'none' };
  }
  const { registration_endpoint: endpoint } = metadata;
  if (!register || !need.storage || typeof endpoint !== 'string') throw noClient(issuer);
  const { asking, refused, storage } = need;
  const { client_id, client_secret, token_endpoint_auth_method } = await registeredClient(storage, {
    issuer,
    redirectUris: redirectUrisOf(register),
    refused,
    now: () => asking.settings.clock.now(),
    signal: asking.signal,
    register: (redirect_uris) => registerClient(endpoint, { ...register, redirect_uris }, metadata, asking),
  });
  return withoutUndefined({
    clientId: client_id,
    clientSecret: client_secret,
    clientAuthentication: token_endpoint_auth_method,
  });
}

/** Says what is wrong with a client, before any request. @throws TypeError */
export function checkClient(client: ResourceClient, storage: TokenStorage | undefined): void {
  const { clientId, clientSecret, clientKey, issuer, metadataUrl, register } = Object(client) as ResourceClient;
  if (clientId === undefined && metadataUrl === undefined && register === undefined) {
    throw new TypeError('client needs one of clientId, metadataUrl and register.');
  }
  if ((clientSecret !== undefined || clientKey !== undefined) && issuer === undefined) {
    throw new TypeError(
      'client.issuer is missing: say which server the secret belongs to, since the API could name another.',
    );
  }
  const url = metadataUrl === undefined ? undefined : parseUrl(metadataUrl);
  const isDocument = url?.protocol === 'https:' && url.pathname !== '/' && url.hash === '' && url.username === '';
  if (metadataUrl !== undefined && !isDocument) {
    throw new TypeError('client.metadataUrl must be an https: URL with a path, and without a fragment or user.');
  }
  if (register === undefined) return;
  if (!storage) throw new TypeError('client.register needs the option storage, where the client is kept.');
  if (storage.isOneRecord) {
    throw new TypeError(
      'This storage has room for one record, and a registered client is another beside the tokens: ' +
        'give a file storage { perKey: true }.',
    );
  }
}

function noClient(issuer: string): RegistrationError {
  return new RegistrationError({
    code: 'NO_CLIENT_FOR_SERVER',
    message: `There is no client for the authorization server ${issuer}: it takes none of the ways that were given.`,
    remedy: 'Register a client there by hand, and give its clientId; or give client.register, where it offers that.',
  });
}

function withoutUndefined(client: ChosenClient): ChosenClient {
  return Object.fromEntries(
    Object.entries(client).filter(([, value]) => value !== undefined),
  ) as unknown as ChosenClient;
}
