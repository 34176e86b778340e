#!/usr/bin/env bash
# @azure/msal-node 7.2.3, two processes (here two applications) with one store behind a cache plugin that does what its own
# DistributedCachePlugin does: deserialize what is stored before each access, serialize after one that changed something.
# Expected: what the one removed is gone for the other, which reads the store anew before each access.
# Seen: deserialize adds to what is in memory and removes nothing. The second process goes on listing an account that the first
# one signed out, and its next write, about another account, puts the first account back into the store, for both.
# Why it matters: a person signs out, and some time later the account is in the store again, and nobody logged in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @azure/msal-node@7.2.3 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { PublicClientApplication } from '@azure/msal-node';

const account = (name) => ({
  home_account_id: `${name}.tenant`,
  environment: 'login.microsoftonline.com',
  realm: 'tenant',
  local_account_id: name,
  username: `${name}@example.org`,
  authority_type: 'MSSTS',
});
const entries = ['ada', 'bob'].map((name) => [`${name}.tenant-login.microsoftonline.com-tenant`, account(name)]);
const none = { IdToken: {}, AccessToken: {}, RefreshToken: {}, AppMetadata: {} };
let stored = JSON.stringify({ Account: Object.fromEntries(entries), ...none });

const process = () => {
  const cachePlugin = {
    beforeCacheAccess: async ({ tokenCache }) => tokenCache.deserialize(stored),
    afterCacheAccess: async ({ cacheHasChanged, tokenCache }) => {
      if (cacheHasChanged) stored = tokenCache.serialize();
    },
  };
  const auth = { clientId: '3f2b8c1e-9a4d-4c1b-8e57-0d6a5b7c9e10' };
  const cache = new PublicClientApplication({ auth, cache: { cachePlugin } }).getTokenCache();
  return {
    names: async () => (await cache.getAllAccounts()).map(({ localAccountId }) => localAccountId).sort(),
    signOut: async (name) => cache.removeAccount(await cache.getAccountByLocalId(name)),
  };
};
const inStore = () => Object.values(JSON.parse(stored).Account).map(({ local_account_id }) => local_account_id);

const [first, second] = [process(), process()];
console.log('at first:', await first.names(), await second.names());
await first.signOut('ada');
const seen = { storeAfterAda: inStore(), second: await second.names() };
await second.signOut('bob');
Object.assign(seen, { storeAfterBob: inStore(), first: await first.names() });
console.log(seen);
assert.deepEqual(seen.storeAfterAda, ['bob']);
assert.deepEqual(seen.second, ['ada', 'bob']);
assert.deepEqual(seen.storeAfterBob, ['ada']);
assert.ok(seen.first.includes('ada'));
JS
echo "node $(node --version), @azure/msal-node 7.2.3"
node program.mjs
