// Logs a machine in and renews, and prints what became of it, and how files were opened that were new.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [file] = process.argv.slice(2);
const { O_CREAT, O_SYNC } = fs.constants;
const ways = new Set();
for (const name of ['open', 'openSync']) {
  const original = fs[name];
  fs[name] = (path, flags, ...more) => {
    if (flags & O_CREAT) ways.add((flags & O_SYNC) === O_SYNC ? 'through to the disk' : 'to be flushed');
    return original(path, flags, ...more);
  };
}
syncBuiltinESMExports();
const { ClientCredentialsFlow } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');

let tokens = 0;
const flow = new ClientCredentialsFlow({
  server: { tokenEndpoint: 'https://as.example.org/token' },
  clientId: 'c',
  clientSecret: 's',
  storage: new FileTokenStorage({ file }),
  fetch: async () => Response.json({ access_token: `t${++tokens}`, token_type: 'bearer', expires_in: 3600 }),
});
const told = await flow
  .getAccessTokenRefreshIfNecessary()
  .then((rejectedToken) => flow.getAccessTokenRefreshIfNecessary({ rejectedToken }))
  .catch(({ code, message, remedy }) => `${code}: ${message} ${remedy}`);
console.log(JSON.stringify({ told, tokens, ways: [...ways] }));
