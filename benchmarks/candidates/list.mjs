/**
 * Who takes part: the module, the package whose version is told, and what it needs. `tls`: it insists on HTTPS. `seeds`:
 * the module that writes what it starts from, where that is another. `before`: the same module with the build that
 * today's is compared with (scripts/build-before.mjs), which stands in a folder of its own. Peers that are not in a row
 * cannot do its job; the row says so.
 */
const ours = {
  Latchkey: { module: 'latchkey', package: '@latchkey/core' },
  'Latchkey, file': { module: 'latchkey-file', seeds: 'bare-file', package: '@latchkey/storage-file' },
  'Latchkey, lock file': {
    module: 'latchkey-file',
    make: 'onFileByLockfile',
    seeds: 'bare-file',
    package: '@latchkey/storage-file',
  },
  'Latchkey, Redis': { module: 'latchkey-redis', package: '@latchkey/storage-redis' },
  'Latchkey, credentials file': {
    module: 'latchkey-credentials',
    seeds: 'credentials-files',
    package: '@latchkey/core',
  },
};

export const candidates = {
  'hand-rolled': { module: 'hand-rolled', package: 'openid-client' },
  'bare fetch': { module: 'bare-fetch' },
  'bare fetch (TLS)': { module: 'bare-fetch', make: 'inMemorySecure', tls: true },
  'bare node:http': { module: 'bare-http' },
  'bare mechanism': { module: 'bare-file' },
  'bare mechanism, Redis': { module: 'bare-redis', package: '@redis/client' },
  'ioredis, GET': { module: 'get-ioredis', seeds: 'bare-redis', package: 'ioredis' },
  'iovalkey, GET': { module: 'get-iovalkey', seeds: 'bare-redis', package: 'iovalkey' },
  'node-redis, GET': { module: 'get-node-redis', seeds: 'bare-redis', package: '@redis/client' },
  'bare read of a credentials file': { module: 'credentials-files' },
  ...ours,
  ...Object.fromEntries(Object.entries(ours).map(([name, one]) => [beforeOf(name), { ...one, before: true }])),
  'google-auth-library': { module: 'google-auth', package: 'google-auth-library' },
  badgateway: { module: 'badgateway', package: '@badgateway/oauth2-client' },
  'simple-oauth2': { module: 'simple-oauth2', package: 'simple-oauth2' },
  'openid-client': { module: 'openid-client', package: 'openid-client' },
  octokit: { module: 'octokit', package: '@octokit/auth-oauth-device' },
  'aws fromSso': { module: 'aws', package: '@aws-sdk/token-providers' },
  'aws nodeProvider': { module: 'aws', make: 'onFileRemembered', package: '@aws-sdk/token-providers' },
  auth0: { module: 'auth0', package: 'auth0', tls: true },
  'msal-node': { module: 'msal-node', package: '@azure/msal-node', tls: true },
  'azure identity': { module: 'azure-identity', package: '@azure/identity', tls: true },
};

/** The name of a candidate of ours with the build before. */
export function beforeOf(name) {
  return name.replace('Latchkey', 'Latchkey before');
}
