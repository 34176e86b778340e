import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { table, timingTable } from '../report/table.mjs';
import { atMost, exactly } from '../report/verdict.mjs';

/** Row 4: 1,000 and 10,000 callers at once in one process. */
export default {
  number: 4,
  title: 'Many callers in one process',
  work: 'All call at once, first with nothing cached, then after the token has ended (the clock of the process is moved). The token server answers after 50 ms. Milliseconds until the last caller has its token.',
  note: 'With 10,000 callers, peers that send a request for each are left out: they would only measure the server. The first token costs more than a hand-rolled cache which has loaded openid-client before, since a build that needs it loads it with the first request: row 14 shows the steps. openid-client has no cache. aws has no empty case, and pauses 30 s between renewals. auth0, msal-node and azure identity insist on HTTPS: their times hold TLS handshakes, of which the reference has none.',
  measure,
};

const reference = 'hand-rolled';
const control = { name: 'control: hand-rolled again', candidate: reference };
const single = [reference, control, 'Latchkey', 'Latchkey before', 'google-auth-library', 'badgateway', 'auth0'];
const slow = ['simple-oauth2', 'octokit', 'msal-node', 'azure identity', 'openid-client'];
const limits = { empty: 1.1, ended: 1.05 };
const crowds = [
  { callers: 1000, entries: [...single, ...slow.map((name) => ({ name, rounds: 5 }))] },
  { callers: 10_000, entries: single },
];

async function measure({ server, rounds, count }) {
  const parts = [];
  const goals = [];
  for (const { callers, entries } of crowds) {
    const { results, failures } = await inTurn({
      row: import.meta.url,
      entries,
      rounds: rounds(21),
      movableClock: true,
      tls: server.certificate,
      prepare: async () => ({ realm: await server.open({ delay: 50 }), callers: count(callers, callers / 100) }),
      async check(entry, { realm }, result) {
        await server.check(realm, result.tokens, nameOf(entry));
        const { requests, discoveries } = await server.seen(realm);
        Object.assign(result, { requests, discoveries });
      },
    });
    for (const state of ['empty', 'ended']) {
      const samples = new Map([...results].map(([name, all]) => [name, all.map((result) => result[state].ms)]));
      const most = (key) => (name) => median(results.get(name).map((result) => result[state][key]));
      const more = [{ title: 'failed callers', of: most('failed') }];
      parts.push(`${callers} callers, ${state}:`);
      parts.push(timingTable({ samples, failures, unit: 'ms', references: [reference], more }));
      const against = ratio(samples.get('Latchkey'), samples.get(reference));
      goals.push(atMost(`Latchkey, ${callers} callers, ${state}, against hand-rolled`, against, limits[state], 'x'));
    }
    const seen = entries.map((entry) => {
      const all = results.get(nameOf(entry));
      return all.length === 0
        ? [nameOf(entry), undefined, undefined]
        : [nameOf(entry), median(all.map(({ requests }) => requests)), median(all.map((one) => one.discoveries))];
    });
    parts.push(`Requests for both crowds of ${callers} together (2 is what is needed):`);
    parts.push(table(['candidate', 'token requests', 'discoveries'], seen));
    const most = Math.max(...results.get('Latchkey').map(({ requests }) => requests));
    goals.push(exactly(`Latchkey, requests of two crowds of ${callers}`, most, 2));
  }
  return { tables: parts, goals };
}

/** In the candidate's process. */
export async function inChild(candidate, { realm, callers }) {
  const token = (await loadCandidate(candidate, 'inMemory'))(realm);
  const tokens = new Set();
  const crowd = async () => {
    let failed = 0;
    const start = performance.now();
    const one = async () => {
      try {
        tokens.add(await token());
      } catch {
        failed++;
      }
    };
    await Promise.all(Array.from({ length: callers }, one));
    return { ms: performance.now() - start, failed };
  };
  const empty = await crowd();
  globalThis.moveClock(2 * realm.lifetime);
  return { empty, ended: await crowd(), tokens: [...tokens].slice(0, 2000) };
}
