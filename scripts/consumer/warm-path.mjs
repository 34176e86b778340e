/** Counts what a call costs that finds a fresh token in memory, and prints it as JSON. */
import { createHook } from 'node:async_hooks';
import { Session } from 'node:inspector/promises';
import { ClientCredentialsFlow } from '@latchkey/core';

const calls = 1_000_000;
const answer = () => Response.json({ access_token: 'the token', token_type: 'Bearer', expires_in: 3600 });
const flow = new ClientCredentialsFlow({
  server: { tokenEndpoint: 'https://login.example/token' },
  clientId: 'machine',
  clientSecret: 'a secret',
  fetch: () => Promise.resolve(answer()),
});
await flow.getAccessTokenRefreshIfNecessary();

let promises = 0;
const hook = createHook({ init: (_id, type) => void (promises += type === 'PROMISE' ? 1 : 0) }).enable();
for (let call = 0; call < 1000; call++) void flow.getAccessTokenRefreshIfNecessary();
hook.disable();

const run = () => {
  for (let call = 0; call < calls; call++) void flow.getAccessTokenRefreshIfNecessary();
};
for (let round = 0; round < 3; round++) run(); // so that it is compiled

const session = new Session();
session.connect();
const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
await session.post('HeapProfiler.startSampling', { samplingInterval: 4096, ...collected });
run();
const { profile } = await session.post('HeapProfiler.stopSampling');
const sizeOf = ({ selfSize, children }) => selfSize + children.reduce((sum, child) => sum + sizeOf(child), 0);
console.log(JSON.stringify({ promises, bytes: sizeOf(profile.head) / calls }));
