// Calls an API as many times at once as it is told, and tells the statuses.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

const [issuer, path] = process.argv.slice(2);
const flow = new DeviceCodeFlowSimple({
  server: { issuer, tokenEndpoint: `${issuer}/token` },
  clientId: 'cli',
  storage: new FileTokenStorage(path),
});

process.once('message', async (requests) => {
  const calls = Array.from({ length: requests }, (_, index) =>
    flow.fetch(`${issuer}/api`, { headers: { 'x-request': `${process.pid}-${index}` } }),
  );
  const settled = await Promise.allSettled(calls);
  process.send(settled.map(({ value, reason }) => value?.status ?? `${reason.code}: ${reason.message}`));
  process.disconnect();
});
await flow.getAccessTokenRefreshIfNecessary();
process.send('ready');
