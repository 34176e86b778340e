import type { FlowSettings } from './flow-settings.js';

/** Names a credential: server, client, audience, resource and account, but not the scopes. */
export function defaultKey(settings: FlowSettings, account: string | undefined): string {
  const { issuer, server, clientId, audience, resource } = settings;
  const of = issuer ?? server?.issuer ?? server?.tokenEndpoint;
  const parts = { issuer: of?.replace(/\/+$/, ''), client_id: clientId, audience, account };
  const key = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) key.append(name, value);
  for (const value of [resource ?? []].flat().sort()) key.append('resource', value);
  return key.toString();
}
