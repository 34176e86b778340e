/** Plays one outage with one kind of callers, and counts whose login the server honours afterwards and whose can be used. */
import { ask } from '../faults/caller.mjs';
import { aftermath } from './aftermath.mjs';

export const lengths = [
  { name: 'one call', calls: 1 },
  { name: 'two calls', calls: 2, every: 1 },
  { name: 'a minute', lasts: 60, every: 1 },
  { name: 'an hour', lasts: 3600, every: 30 },
];

export const callerKinds = [
  { name: 'one caller', accounts: 1 },
  { name: 'keepFresh', accounts: 1, ahead: true, keepsFresh: true },
  { name: 'renewAhead', accounts: 1, ahead: true, renewAhead: true },
  { name: '100 accounts', accounts: 100 },
];

/** Seconds. */
export const graces = [0, 10, 60];

/** The pause between calls of many is longer, so that they do not make a run of an hour. */
const leisure = 6;

export async function playCell(bench, { outage, length, callers }) {
  const { server, network, storage, clock, activity, witness } = bench;
  const logins = await bench.logins(callers.accounts, callers);
  await bench.age(logins, callers);
  server.ledger.clear();
  network.sent = 0;
  const watch = () =>
    server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, (entry) => void witness.arrived(entry));
  watch();
  const began = clock.now();
  await outage.begin(bench.reach, { logins, callers });
  const kept = callers.keepsFresh ? logins.map(({ flow }) => flow.keepFresh()) : [];
  await activity.quiet();
  if (outage.kills) for (let n = 0; n < length.calls; n++) await bench.dieRenewing(outage.point);
  else await call(bench, logins, { ...length, outage, leisure: callers.accounts > 1 ? leisure : 1 });
  outage.end?.(bench.reach);
  storage.end();
  network.detour = undefined;
  server.clearFaults();
  watch();
  const asked = bench.holdsRefreshTokens ? server.ledger.entries.filter(isNewGrant).length : 0;
  const mayAsk = (outage.asksToWait ?? 0) * 1000;
  const counts = await aftermath(bench, logins, Math.max(clock.now() - began, mayAsk));
  for (const each of kept) each.close();
  await activity.quiet();
  server.clearFaults();
  const { reuses } = witness.count(server.ledger.entries);
  return { ...counts, asked: counts.asked + asked, reuses, requests: network.sent, cells: 1, logins: logins.length };
}

async function call(bench, logins, { calls = Infinity, lasts = Infinity, every = 0, leisure, outage }) {
  const { clock, activity, isInteractive: interactive } = bench;
  const end = clock.now() + lasts * 1000;
  const callOnce = (login) =>
    outage.isRefused ? bench.renew(login, { interactive }) : ask(login.flow, { interactive });
  for (let n = 1; ; n++) {
    const outcomes = await Promise.all(logins.map((login) => callOnce(login)));
    const wrong = outage.isTransient && outcomes.find(({ kind, retryable }) => kind === 'error' && !retryable);
    if (wrong) throw new Error(`"${outage.name}" is no outage to a caller: ${wrong.message}`);
    await activity.quiet();
    if (n === calls || clock.now() >= end) return;
    const pause = every * (calls === Infinity ? leisure : 1) * 1000;
    await clock.moveTo(Math.min(clock.now() + pause, end), activity.quiet);
  }
}

function isNewGrant({ endpoint, grantType }) {
  const asksPerson = endpoint === 'device_authorization' || endpoint === 'authorize';
  return asksPerson || (endpoint === 'token' && grantType !== 'refresh_token');
}
