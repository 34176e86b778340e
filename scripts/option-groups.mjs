/** The options of flows in the groups by which the site shows them. */
const groups = {
  'Server and client': [
    ...['issuer', 'domain', 'metadataUrl', 'server', 'clientId', 'clientSecret', 'clientKey', 'clientAssertion'],
    ...['clientAuthentication', 'pushedAuthorization', 'dialect'],
  ],
  Token: ['scope', 'audience', 'resource', 'parameters', 'dpop', 'autoRefreshThreshold', 'renewAhead'],
  'Storage and lock': ['storage', 'account', 'key', 'lock', 'lockTimeout'],
  Time: ['timeout', 'retry', 'clock'],
  Network: ['allowedOrigins', 'fetch', 'headers'],
};

const groupOf = new Map(Object.entries(groups).flatMap(([group, names]) => names.map((name) => [name, group])));

/** Names the group of an option of flows; undefined for what is none. */
export function optionGroup({ name, parent }) {
  if (!parent?.name.endsWith('FlowOptions')) return undefined;
  const group = groupOf.get(name);
  if (group === undefined && /^(Auth)?FlowOptions$/.test(parent.name)) {
    throw new Error(`The option ${name} is in no group: name it in scripts/option-groups.mjs.`);
  }
  return group ?? 'Of this flow';
}
