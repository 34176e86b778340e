/** Takes the lock of a credential, says so, and holds it: `lock-holder.mjs <parameters>`. Ends by being killed. */
import process from 'node:process';
import { importCandidate } from './load-candidate.mjs';

const { candidate, realm, place } = JSON.parse(process.argv[2]);
const locking = candidate.endsWith('lock file') ? 'lockfile' : 'kernel';
const { FileTokenStorage, flowOnFile, flowOnRedis } = await importCandidate(candidate);
const { flow, storage } = flowOnRedis
  ? flowOnRedis(realm, place)
  : { flow: flowOnFile(realm, place), storage: new FileTokenStorage(place, { locking }) };
const { key } = flow;
const forEver = () => {
  process.send('held');
  return new Promise(() => setInterval(() => {}, 60_000));
};
await storage.withLock(key, forEver, { signal: new AbortController().signal, timeout: 10 });
