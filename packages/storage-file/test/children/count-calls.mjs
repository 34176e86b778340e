// Renews a login whose place and parts are in use already, and prints how often it calls each function of node:fs.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [folder] = process.argv.slice(2);
const calls = {};
let isCounting = false;
for (const [name, original] of Object.entries(fs)) {
  if (typeof original !== 'function' || !/^[a-z]/.test(name)) continue;
  fs[name] = Object.assign(function (...args) {
    if (isCounting) calls[name] = (calls[name] ?? 0) + 1;
    return original.apply(this, args);
  }, original);
}
syncBuiltinESMExports();
const { RefreshTokenFlow } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');

const flow = new RefreshTokenFlow({
  server: { tokenEndpoint: 'https://as.example.org/token' },
  clientId: 'c',
  clientSecret: 's',
  refreshToken: 'r',
  storage: new FileTokenStorage({ folder }, { perKey: true }),
  fetch: async () => Response.json({ access_token: String(Math.random()), token_type: 'bearer', expires_in: 3600 }),
});
await flow.refresh();
await flow.importTokens({ access_token: 'a', refresh_token: 'r', expires_at: 1, issued_at: 0 });
isCounting = true;
await flow.getAccessTokenRefreshIfNecessary();
isCounting = false;
console.log(JSON.stringify(calls));
