import { DiscoveryError } from '../../errors/index.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import type { ServerMetadata } from '../openid/load-openid-client.js';
import { type EndpointName, optionOf } from './endpoint-names.js';

/** Where something is asked for. @throws DiscoveryError that names the option or the field of the metadata to add */
export function endpointOf(
  { metadata, settings }: { readonly metadata: ServerMetadata; readonly settings: FlowSettings },
  name: EndpointName,
): string {
  const alias = metadata.mtls_endpoint_aliases?.[name];
  // What else is asked with a certificate openid-client finds itself; an assertion's audience is the other one.
  const wantsAlias = name === 'userinfo_endpoint' && settings.clientAuthentication?.endsWith('tls_client_auth');
  const url = (wantsAlias ? alias : undefined) ?? metadata[name] ?? alias;
  if (typeof url === 'string') return url;
  if (!settings.server) throw new DiscoveryError({ message: `The authorization server names no ${name}.` });
  const option = optionOf(name);
  throw new DiscoveryError({
    message: `server.${option} is missing, which is needed here.`,
    remedy: `Add ${option} to the option server, or give issuer in place of it.`,
  });
}
