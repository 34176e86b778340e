import { formEncoded } from '../platform/form-encoded.js';
import { scopeSet } from '../tokens/scope.js';
import type { FlowSettings } from './flow-settings.js';

/**
 * Names a credential: server, client, audience, resource and account. A login is one for all its programs, whatever scopes
 * each wants; a program's grant has its kind and its scopes in the name too, since nothing is lost by asking anew.
 */
export function defaultKey(settings: FlowSettings, account: string | undefined, kind: string): string {
  const { issuer, server, clientId, audience, resource, scope } = settings;
  const of = issuer ?? server?.issuer ?? server?.tokenEndpoint;
  const parts: [string, string | undefined][] = [
    ['issuer', of?.replace(/\/+$/, '')],
    ['client_id', clientId],
    ['audience', audience],
    ['account', account],
    ...[resource ?? []]
      .flat()
      .sort()
      .map((each): [string, string] => ['resource', each]),
  ];
  if (kind !== 'login') parts.push(['grant', kind], ['scope', scopeSet(scope) || undefined]);
  return parts.flatMap(([name, value]) => (value === undefined ? [] : `${name}=${formEncoded(value)}`)).join('&');
}
