// Waits for a line, then asks at once for the tokens of two APIs that only their scopes tell apart, and prints them.
import { ClientCredentialsFlowSimple } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, server, scopes } = JSON.parse(process.argv[2]);
const storage = new RedisTokenStorage(redis);
const options = { server, clientId: 'service', clientSecret: 'service-secret', storage };
const flows = scopes.map((scope) => new ClientCredentialsFlowSimple({ ...options, scope }));
console.log('ready');
process.stdin.once('data', async () => {
  const asked = flows.flatMap((flow) => Array.from({ length: 10 }, () => flow.getAccessTokenRefreshIfNecessary()));
  const tokens = await Promise.all(asked);
  console.log(`tokens ${JSON.stringify([tokens.slice(0, 10), tokens.slice(10)])}`);
  await storage.close();
  process.stdin.destroy();
});
