/** A process of a soak: asks its flows for tokens, in all the ways that programs do, until it is killed or let go. */
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { AuthFlowError, LoginRequiredError } from '@latchkey/core';
import { SeededRandom } from '../../../packages/core/dist/testing/torture/seeded-random.js';
import { planCredentials, Places } from './credentials.mjs';
import { Pace } from './pace.mjs';
import { measure } from './vitals.mjs';

const { issuers, folder, redisUrl, count, seed, share } = JSON.parse(process.argv[2]);
const random = new SeededRandom(seed);
const credentials = planCredentials(count);
const places = new Places(folder, redisUrl, (refreshToken) => tell({ saved: refreshToken }));
const flows = credentials.map((credential) => open(credential));
const pace = new Pace(share);
const most = { calls: 12, seconds: 60 };
const inFlight = new Set();
const none = { calls: 0, tokens: 0, responses: 0, logouts: 0, aborted: 0, untyped: 0 };
let counts = { ...none, errors: {} };
let isResting = false;

function tell(message) {
  if (process.connected) process.send(message);
}

function open(credential) {
  const flow = places.open(credential, issuers);
  flow.events.on('outcomeUnknown', () => tell({ unheard: nameOf(credential) }));
  return flow;
}

/** Makes one call, and counts what came of it, by the name that a success has. */
async function call(credential, flow, success, ask, signal) {
  counts.calls++;
  const began = Date.now();
  try {
    await ask();
    counts[success]++;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) counts.aborted++;
    else countError(error);
    if (!(error instanceof LoginRequiredError) || !flow.doFlow) return;
    tell({ neededLogin: { ...nameOf(credential), began, code: error.code } });
    await logIn(credential, flow);
  }
}

async function logIn(credential, flow) {
  try {
    await flow.doFlow();
    tell({ loggedIn: { ...nameOf(credential), at: Date.now() } });
  } catch (error) {
    countError(error);
  }
}

async function logOut(credential, flow) {
  const name = nameOf(credential);
  tell({ loggingOut: name });
  await call(credential, flow, 'logouts', () => flow.logout());
  tell({ loggedOut: name });
  if (flow.doFlow) await logIn(credential, flow);
}

function nameOf({ name, storage, profile }) {
  return { clientId: storage === 'memory' ? `${name}-of-${process.pid}` : name, profile };
}

function countError(error) {
  if (error instanceof AuthFlowError) {
    counts.errors[error.code] = (counts.errors[error.code] ?? 0) + 1;
  } else {
    counts.untyped++;
    tell({ untyped: String(error?.stack ?? error) });
  }
}

/** Does something with one credential. */
async function act() {
  const n = random.index(credentials.length);
  const [credential, flow] = [credentials[n], flows[n]];
  const dice = random.below(100);
  const get = (options) => flow.getAccessTokenRefreshIfNecessary(options);
  if (dice < 65) {
    const burst = Array.from({ length: 1 + random.index(4) });
    await Promise.all(burst.map(() => call(credential, flow, 'tokens', () => get())));
  } else if (dice < 85) {
    const request = () => flow.fetch(`${issuers[credential.profile]}/api`).then((answer) => answer.text());
    await call(credential, flow, 'responses', request);
  } else if (dice < 91) {
    const signal = AbortSignal.timeout(random.index(100));
    await call(credential, flow, 'tokens', () => get({ signal }), signal);
  } else if (dice < 95) {
    await call(credential, flow, 'tokens', () => flow.refresh());
  } else if (dice < 97) {
    await logOut(credential, flow);
  } else {
    flows[n] = open(credential);
  }
}

process.on('message', async ({ measure: isWanted }) => {
  if (!isWanted) return;
  isResting = true;
  const since = performance.now();
  while (inFlight.size > 0 && performance.now() - since < most.seconds * 1000) await pause(20);
  const vitals = { ...(await measure()), stuck: inFlight.size };
  tell({ measured: vitals });
  isResting = false;
});
setInterval(() => {
  tell({ counts });
  counts = { ...none, errors: {} };
}, 1000).unref();

while (process.connected) {
  await pace.rest();
  if (isResting || inFlight.size >= most.calls) continue;
  const action = act().finally(() => inFlight.delete(action));
  inFlight.add(action);
}
process.exit();
