// Many callers of one process, who begin when a file appears and tell what they got.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [issuer, path, callers, locking, go] = process.argv.slice(2);
const nobodyExcluded = { withLock: (_key, task) => task({ signal: new AbortController().signal }) };
const isUnlocked = locking === 'none';
const flow = new DeviceCodeFlowSimple({
  server: { issuer, tokenEndpoint: `${issuer}/token` },
  clientId: 'cli',
  storage: new FileTokenStorage(path, isUnlocked ? {} : { locking }),
  ...(isUnlocked && { lock: nobodyExcluded }),
});

console.log('ready');
while (!existsSync(go)) await setTimeout(5);
const calls = Array.from({ length: Number(callers) }, () => flow.getAccessTokenRefreshIfNecessary());
const settled = await Promise.allSettled(calls);
const failures = {};
for (const { reason } of settled) if (reason) failures[reason.code] = (failures[reason.code] ?? 0) + 1;
const tokens = [...new Set(settled.flatMap(({ value }) => value ?? []))];
console.log(`report ${JSON.stringify({ tokens, failures })}`);
