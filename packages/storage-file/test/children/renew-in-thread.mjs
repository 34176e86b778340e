// A thread that renews, and stops for good just before the n-th call of the file system after it began; tells which.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const { issuer, path, locking, nth } = workerData;
let calls;
for (const [name, original] of Object.entries(fs)) {
  if (!name.endsWith('Sync')) continue;
  fs[name] = (...args) => {
    if (calls !== undefined && ++calls === nth) {
      parentPort.postMessage({ stopped: name });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    return original(...args);
  };
}
syncBuiltinESMExports();
const { DeviceCodeFlowSimple } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');
const flow = new DeviceCodeFlowSimple({
  server: { issuer, tokenEndpoint: `${issuer}/token` },
  clientId: 'cli',
  storage: new FileTokenStorage(path, { locking }),
});
calls = 0;
await flow.getAccessTokenRefreshIfNecessary();
parentPort.postMessage({ counted: calls });
