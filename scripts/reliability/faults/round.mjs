/** A round: the token has ended, something goes wrong, several callers ask in both processes, and then all is well again. */
import { ask, toldToWait } from './caller.mjs';

const tries = 5;
const minute = 60_000;

/** Plays one round and returns its counts. */
export async function playRound(login, fault, random) {
  const { server, flows, faults, witness } = login;
  login.expire();
  server.ledger.clear();
  server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, (entry) => void witness.arrived(entry));
  const rejected = await rejectedTokens(login, fault);
  const release = await fault.strike({ server, storage: faults, holdLock: () => login.holdLock() });
  const callers = flows.flatMap((flow, n) =>
    Array.from({ length: 2 + random.index(2) }, () => ({ flow, options: { rejectedToken: rejected[n] } })),
  );
  const outcomes = await Promise.all(random.shuffle(callers).map(({ flow, options }) => ask(flow, options)));
  release?.();
  faults.end();
  server.clearFaults();
  server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, (entry) => void witness.arrived(entry));
  if (fault.setBack) login.setBack(0);
  const settled = await Promise.all(flows.map((flow) => settle(flow, login)));
  return count([...outcomes, ...settled.flat()], settled, login, callers.length);
}

/** With a clock that is set back, a token seems to be good until an API refuses it. */
async function rejectedTokens(login, { setBack }) {
  if (!setBack) return [];
  login.setBack(setBack);
  return Promise.all(login.flows.map((flow) => flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })));
}

/**
 * Asks until there is a token, or the login is gone, a few times: as soon as an error says, or in a minute, since what was
 * refused is presented again after a pause.
 */
async function settle(flow, login) {
  const outcomes = [];
  for (let n = 0; n < tries; n++) {
    outcomes.push(await ask(flow));
    const { kind, needsLogin } = outcomes.at(-1);
    if (kind === 'token' || (needsLogin && !isSuspect(outcomes.at(-1)))) break;
    const pause = toldToWait(outcomes.at(-1)) * 1000 || minute;
    login.clock.set(login.clock.now() + pause);
  }
  return outcomes;
}

async function count(outcomes, settled, login, callers) {
  const { server, witness } = login;
  const entries = server.ledger.entries.filter(({ headers }) => headers['x-process'] !== undefined);
  const isTold = outcomes.some((outcome) => outcome.needsLogin && !isSuspect(outcome));
  const isLost = isTold || (login.isInteractive && !(await login.isHonoured()));
  // What was asked for after the fault was over has to be given, unless the login is gone.
  const last = settled.map((tried) => tried.at(-1));
  const unserved = last.filter((tried) => tried.kind !== 'token' && (!tried.needsLogin || isSuspect(tried))).length;
  const { reuses, excusedReuses } = witness.count(entries);
  const isExcused = !login.hasGrace && (excusedReuses > 0 || witness.hasUnsaved(entries));
  if (isLost) await login.logIn();
  return {
    rounds: 1,
    calls: callers,
    tokens: outcomes.slice(0, callers).filter(({ kind }) => kind === 'token').length,
    requests: entries.filter(({ endpoint }) => endpoint === 'token').length,
    left: outcomes.slice(0, callers).filter(({ kind }) => kind === 'left').length + unserved,
    reuses,
    excusedReuses,
    ...(isLost && { [isExcused ? 'excusedLogins' : 'lost']: 1 }),
  };
}

/** The words that the server refused it in may mean something else, so it is presented again after a pause. */
function isSuspect({ code }) {
  return code === 'REFRESH_TOKEN_SUSPECT';
}
