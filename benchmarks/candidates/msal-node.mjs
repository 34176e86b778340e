/**
 * @azure/msal-node: `ConfidentialClientApplication.acquireTokenByClientCredential`, which looks into its cache first
 * (its docs, "Initialize a confidential client"); another server by `protocolMode: 'OIDC'` and `knownAuthorities`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { ConfidentialClientApplication, DistributedCachePlugin } from '@azure/msal-node';

/** The token cache in memory. */
export function inMemory(realm) {
  return tokensOf(realm, {});
}

/** The cache in a file, by a cache plugin as its docs have it under "Caching", "Persistence". */
export function onFile(realm, path) {
  const cachePlugin = {
    beforeCacheAccess: async (context) => context.tokenCache.deserialize(readFileSync(path, 'utf8')),
    afterCacheAccess: async (context) => {
      if (context.cacheHasChanged) writeFileSync(path, context.tokenCache.serialize());
    },
  };
  return tokensOf(realm, { cache: { cachePlugin } });
}

/** An empty cache: it has a form of its own. */
export const seedFile = (_realm, path) => writeFileSync(path, '{}');

/** Fills the cache, in a process of its own that trusts the server's certificate. */
export async function seedFresh(realm, path, { certificate }) {
  seedFile(realm, path);
  const script = `const { onFile } = await import(${JSON.stringify(import.meta.url)});
    await onFile(${JSON.stringify(realm)}, ${JSON.stringify(path)})();`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env });
  if (status !== 0) throw new Error(String(stderr));
}

/** The cache in Redis, by the DistributedCachePlugin (its docs, "Caching", "Performance and security"). */
export async function onRedis(realm, url) {
  const { createClient } = await import('@redis/client');
  const redis = await createClient({ url }).connect();
  const client = { get: async (key) => (await redis.get(key)) ?? '', set: (key, value) => redis.set(key, value) };
  const partition = { getKey: async () => realm.clientId, extractKey: async () => realm.clientId };
  return tokensOf(realm, { cache: { cachePlugin: new DistributedCachePlugin(client, partition) } });
}

/** An empty Redis is an empty cache. */
export const seedRedis = async () => undefined;

function tokensOf({ secureOrigin, clientId, clientSecret }, options) {
  const authority = `${secureOrigin}/${clientId}`;
  const application = new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority, knownAuthorities: [new URL(secureOrigin).host] },
    system: { protocolMode: 'OIDC' },
    ...options,
  });
  return async () => (await application.acquireTokenByClientCredential({ scopes: ['api/.default'] })).accessToken;
}
