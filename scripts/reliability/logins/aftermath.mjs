/** What is left of logins when an outage is over. */
import { toldToWait } from '../faults/caller.mjs';

/** Milliseconds by which a pause may be longer than the outage, and by which the seconds that an error says are rounded. */
const [more, rounding] = [1000, 1000];
const longestOfAll = 300_000;

/**
 * Asks for each login at once, and where the caller is told to wait, again when that pause is over. Honoured: the server
 * would take the refresh token that is held then. Usable: the call brings a token by that refresh token.
 */
export async function aftermath(bench, logins, lasted) {
  const { clock, activity } = bench;
  const ended = clock.now();
  const states = [];
  let paused = [];
  const tryAll = async (due) => {
    const tried = await Promise.all(due.map((login) => tryOne(bench, login)));
    states.push(...tried.filter(({ until }) => until === undefined));
    paused = [...paused, ...tried.filter(({ until }) => until !== undefined)].sort((a, b) => a.until - b.until);
  };
  await tryAll(logins);
  let [longest, least] = [0, 0];
  while (paused.length > 0) {
    const [{ until }] = paused;
    await clock.moveTo(until, activity.quiet);
    longest = until - ended;
    if (longest > longestOfAll) throw new Error(`A call is told to wait for more than ${longest / 1000} s.`);
    const due = paused.filter((one) => one.until === until);
    least = Math.max(least, ...due.map((one) => one.least - ended));
    paused = paused.filter((one) => one.until !== until);
    await tryAll(due.map(({ login }) => login));
  }
  const count = (has) => states.filter((state) => has(state)).length;
  return {
    honoured: count(({ isHonoured }) => isHonoured),
    usable: count(({ isUsable }) => isUsable),
    unlike: count(({ isHonoured, isUsable }) => isHonoured !== isUsable),
    asked: count(({ isHonoured, isUsable, isAnew }) => isHonoured && !isUsable && isAnew),
    left: count(({ outcome }) => outcome.kind === 'left'),
    longPauses: least > lasted + more ? 1 : 0,
    longestPause: longest / 1000,
    examples: states
      .filter((state) => state.isHonoured !== state.isUsable)
      .map(({ outcome }) => outcome.code ?? outcome.kind)
      .slice(0, 3),
  };
}

async function tryOne(bench, login) {
  const { clock } = bench;
  const held = bench.held(login);
  const isHonoured = bench.isHonoured(login);
  const outcome = await bench.renew(login);
  const now = clock.now();
  const request = bench.server.ledger.entries.find(({ issued }) => issued?.accessToken === outcome.token);
  const isUsable = outcome.kind === 'token' && (request?.refreshToken === held || !bench.holdsRefreshTokens);
  const isNoted = outcome.code === 'REFRESH_OUTCOME_UNKNOWN'; // by the millisecond
  const told = isNoted ? 0 : now + toldToWait(outcome) * 1000;
  const noted = bench.notedPause(login);
  const until = outcome.kind === 'error' ? Math.max(told, noted) : 0;
  const least = Math.max(told - rounding, noted);
  login.state.isWell = outcome.kind === 'token' ? true : undefined;
  return {
    login,
    isHonoured,
    isUsable,
    isAnew: outcome.kind === 'token',
    outcome,
    ...(until > now && { until, least }),
  };
}
