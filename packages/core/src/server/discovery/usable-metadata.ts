import { DiscoveryError } from '../../errors/index.js';
import { secureUrl } from '../../platform/urls.js';
import type { ServerMetadata } from '../openid/load-openid-client.js';
import { endpointNames } from './endpoint-names.js';

const ours = new Set<string>(endpointNames);

/** Checked by who registers a client, which no flow does. */
const registration = 'registration_endpoint';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Leaves out of metadata what is empty, an endpoint that is no text, and those that nobody here asks; a list that was written as
 * text becomes one, and any other value in its place is left out.
 *
 * @throws DiscoveryError, InsecureTransportError for an endpoint that must not be asked
 */
export function usableMetadata({ mtls_endpoint_aliases: aliases, ...published }: ServerMetadata): ServerMetadata {
  const ofTls = typeof aliases === 'object' && { mtls_endpoint_aliases: usable({ ...aliases }) };
  return { ...usable(published), ...ofTls } as ServerMetadata;
}

function usable(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      if (value === '') return [];
      if (name.endsWith('_endpoint')) return isOurs(name, value) ? [[name, value]] : [];
      return lists.has(name) && !Array.isArray(value) ? splitList(name, value) : [[name, value]];
    }),
  );
}

function isOurs(name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (ours.has(name)) checkEndpoint(value, `The server's ${name}`);
  return ours.has(name) || name === registration;
}

/** Lists that are looked at here or by the protocol library. */
const lists = new Set([
  'scopes_supported',
  'token_endpoint_auth_methods_supported',
  'id_token_signing_alg_values_supported',
]);

function splitList(name: string, value: unknown): [string, string[]][] {
  return typeof value === 'string' ? [[name, value.split(/[\s,]+/)]] : [];
}

function checkEndpoint(url: string, name: string): void {
  try {
    secureUrl(url, name);
  } catch (error) {
    if (error instanceof TypeError) throw new DiscoveryError({ message: error.message }); // not the caller's mistake
    throw error;
  }
}
