/**
 * One process of Latchkey, step by step: `steps.mjs <stored|first> <realm> <place>`. Tells the milliseconds of each step,
 * in the order in which they come.
 */
import { writeSync } from 'node:fs';

const [kind, text, place] = process.argv.slice(2);
const { origin, clientId, clientSecret } = JSON.parse(text);
const steps = [];
let last = performance.now();
const mark = (name) => {
  const now = performance.now();
  steps.push([name, now - last]);
  last = now;
};

const core = await import('@latchkey/core');
mark('import of core');
await (kind === 'stored' ? stored() : first());
writeSync(1, JSON.stringify(steps));
process.exit();

async function stored() {
  const { FileTokenStorage } = await import('@latchkey/storage-file');
  mark('import of storage-file');
  const server = { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` };
  const storage = new FileTokenStorage(place);
  const flow = new core.DeviceCodeFlowSimple({ server, clientId, clientSecret, storage });
  mark('making the flow');
  await flow.getAccessTokenRefreshIfNecessary();
  mark('the first call, until it has the token of the file');
}

async function first() {
  void globalThis.Headers;
  mark('loading what Node has of fetch');
  const server = { tokenEndpoint: `${origin}/token` };
  const flow = new core.ClientCredentialsFlow({ server, clientId, clientSecret, fetch: timedFetch });
  mark('making the flow');
  await flow.getAccessTokenRefreshIfNecessary();
  mark('reading the answer');
}

async function timedFetch(...request) {
  mark('the first call, until it calls fetch; what makes requests is loaded');
  const response = await fetch(...request);
  mark('fetch, until it has an answer');
  return response;
}
