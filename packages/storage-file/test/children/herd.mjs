// Many callers of one process, who begin when told and tell what they got.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

const [issuer, path, callers, guard] = process.argv.slice(2);
const nobodyExcluded = { withLock: (_key, task) => task({ signal: new AbortController().signal }) };
const flow = new DeviceCodeFlowSimple({
  server: { issuer, tokenEndpoint: `${issuer}/token` },
  clientId: 'cli',
  storage: new FileTokenStorage(path),
  ...(guard === 'unlocked' && { lock: nobodyExcluded }),
});

process.once('message', async () => {
  const calls = Array.from({ length: Number(callers) }, () => flow.getAccessTokenRefreshIfNecessary());
  const settled = await Promise.allSettled(calls);
  process.send({
    tokens: settled.flatMap(({ value }) => value ?? []),
    failures: settled.flatMap(({ reason }) => (reason ? [`${reason.code}: ${reason.message}`] : [])),
  });
  process.disconnect();
});
process.send('ready');
