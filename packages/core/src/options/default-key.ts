import { scopeSet } from '../tokens/scope.js';
import type { FlowSettings } from './flow-settings.js';

/**
 * Names a credential: server, client, audience, resource and account. A login is one for all its programs, whatever scopes
 * each wants; a program's grant has its kind and its scopes in the name too, since nothing is lost by asking anew.
 */
export function defaultKey(settings: FlowSettings, account: string | undefined, kind: string): string {
  const { issuer, server, clientId, audience, resource, scope } = settings;
  const of = issuer ?? server?.issuer ?? server?.tokenEndpoint;
  const parts = { issuer: of?.replace(/\/+$/, ''), client_id: clientId, audience, account };
  const key = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) key.append(name, value);
  for (const value of [resource ?? []].flat().sort()) key.append('resource', value);
  if (kind === 'login') return key.toString();
  key.append('grant', kind);
  const scopes = scopeSet(scope);
  if (scopes !== '') key.append('scope', scopes);
  return key.toString();
}
