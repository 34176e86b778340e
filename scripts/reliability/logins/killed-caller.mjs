/** Renews a login in a process of its own, which is killed at a point of that: an argument of JSON says which login and where. */
import process from 'node:process';
import { createFlow } from '../every-flow.mjs';
import { openPlace } from './places.mjs';

const { point, place, grant, server, clientId, account, now } = JSON.parse(process.argv[2]);
const { storage } = openPlace(place, { lease: 1 });

const dieAt = (reached) => {
  if (reached === point) process.kill(process.pid, 'SIGKILL');
};

const flow = createFlow(grant, {
  ...{ server, clientId, account },
  clock: { now: () => now, sleep: () => Promise.resolve() },
  headers: { 'x-process': String(process.pid) },
  fetch: async (...request) => {
    dieAt('before sending');
    const answer = await fetch(...request);
    dieAt('after the server acted');
    return answer;
  },
  storage: {
    id: storage.id,
    load: (key) => storage.load(key),
    save: async (...save) => {
      await storage.save(...save);
      dieAt('after saving');
    },
    delete: (...remove) => storage.delete(...remove),
    withLock: (...lock) => storage.withLock(...lock),
  },
});
const present = await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true }).catch(() => undefined);
await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: present });
