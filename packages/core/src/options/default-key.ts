import type { AuthFlowOptions } from './flow-options.js';
import { issuerOfDomain } from '../platform/urls.js';

/** Names the credential of these options: server, client, audience, resource and account, but not the scopes. */
export function defaultKey({ issuer, domain, server, clientId, audience, resource, account }: AuthFlowOptions): string {
  const of = issuer ?? (domain === undefined ? (server?.issuer ?? server?.tokenEndpoint) : issuerOfDomain(domain));
  const parts = { issuer: of?.replace(/\/+$/, ''), client_id: clientId, audience, account };
  const key = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) key.append(name, value);
  for (const value of [resource ?? []].flat().sort()) key.append('resource', value);
  return key.toString();
}
