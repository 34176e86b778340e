/** The rows in which processes share a token: runs of herds, in turn, and their table. */
import { beforeOf } from '../candidates/list.mjs';
import { format, table } from '../report/table.mjs';
import { atMost, exactly, noWorse } from '../report/verdict.mjs';
import { nameOf } from './in-turn.mjs';
import { stampede } from './herd.mjs';
import { median, ratio, spread } from './statistics.mjs';

/**
 * `entries` say `runs`, `job`, and may say `times`, or `sharesLogin: false` for a job without a refresh token.
 * `prepare(entry)` resolves to `{ realm, place }`, and `holds(place, refreshToken)` tells whether that refresh token is
 * what is stored. Resolves to name → runs.
 */
export async function runHerds({ server, entries, prepare, holds, processes, callers }) {
  const runs = new Map(entries.map((entry) => [nameOf(entry), []]));
  const most = Math.max(...entries.map((entry) => entry.runs));
  for (let run = 0; run < most; run++) {
    for (const entry of entries.filter((one) => one.runs > run)) {
      const candidate = entry.candidate ?? entry.name;
      const { realm, place } = await prepare(entry);
      const before = await server.seen(realm);
      const size = { processes, callers, times: entry.times ?? 1, certificate: server.certificate };
      const reports = await stampede({ candidate, job: entry.job, realm, place, ...size });
      const seen = await server.seen(realm);
      const tokens = reports.flatMap((report) => report.tokens);
      if (tokens.length > 0) await server.check(realm, tokens, nameOf(entry));
      const isKept = seen.alive && (holds === undefined || (await holds(place, seen.refreshToken)));
      const alive = entry.sharesLogin === false ? undefined : isKept;
      runs.get(nameOf(entry)).push({ reports, requests: seen.requests - before.requests, alive });
    }
  }
  return runs;
}

const when = ['the first renewal of each process', 'the second, when the new token has ended too (clocks are moved)'];

/** What a row shows whose processes renew twice: a table for each time, and what `ours` have to reach. */
export function twoRenewals(runs, { reference, control, ours }) {
  const goals = ours.flatMap((name) => {
    const all = runs.get(name);
    const right = all.filter((run) => isRight(run)).length;
    return [
      exactly(
        `${name}, runs of ${all.length} with 1 request, nobody failed, the refresh token alive`,
        right,
        all.length,
      ),
      ...when.map((which, time) => {
        const against = ratio(slowestOf(runs, name, time), slowestOf(runs, reference, time));
        return atMost(`${name}, slowest caller against the bare mechanism, ${which}`, against, 1.25, 'x');
      }),
      ...when.map((which, time) => {
        const names = [name, beforeOf(name), control, reference];
        const samples = new Map(names.map((one) => [one, slowestOf(runs, one, time)]));
        return noWorse(samples, name, { control, reference, what: `, ${which}` });
      }),
    ];
  });
  const tables = when.flatMap((which, time) => [`${which}:`, herdTable(runs, { reference, time })]);
  return { tables, text: reasonsOf(runs), goals };
}

/** One line for each candidate; `time` is which stampede of a run is meant. */
export function herdTable(runs, { reference, time = 0, expected }) {
  const rows = [...runs].flatMap(([name, all]) => {
    const reports = all.map(({ reports }) => reports[time]).filter(Boolean);
    if (reports.length === 0) return [];
    const { least, middle, greatest } = spread(reports.map(({ slowest }) => slowest));
    const requests = spread(all.map((run) => run.requests / run.reports.length));
    const failed = spread(reports.map((report) => report.failed));
    const share = (test) => (all[0].alive === undefined ? undefined : `${all.filter(test).length} of ${all.length}`);
    const judged = [share((run) => run.alive), share((run) => isRight(run, expected))];
    const against = ratio(slowestOf(runs, name, time), slowestOf(runs, reference, time));
    const counts = [requests, failed].map((count) => `${format(count.middle, 0)} (${count.least}..${count.greatest})`);
    const times = [least, middle, greatest, median(reports.map(({ cpu }) => cpu))].map((value) => format(value));
    return [[name, all.length, ...counts, ...judged, ...times, `${format(against)}x`]];
  });
  const slowest = ['minimum', 'median', 'maximum'].map((what) => `slowest caller, ${what}, ms`);
  const counts = ['runs', 'requests', 'failed callers', 'refresh token alive', 'right'];
  return table(['candidate', ...counts, ...slowest, 'processor time of all, ms', `x ${reference}`], rows);
}

/** The slowest caller of each run. */
export function slowestOf(runs, name, time = 0) {
  return runs
    .get(name)
    .map(({ reports }) => reports[time]?.slowest)
    .filter((value) => value !== undefined);
}

/** As many requests as stampedes need, nobody failed, one token each time, and the refresh token alive. */
function isRight({ reports, requests, alive }, expected = 1) {
  const served = reports.every(({ failed, tokens }) => failed === 0 && tokens.length === 1);
  return served && alive && requests === expected * reports.length;
}

/** Why callers failed, for the peers whose callers did. */
export function reasonsOf(runs) {
  const told = [...runs].map(([name, all]) => {
    const reasons = new Set(all.flatMap(({ reports }) => reports.flatMap((report) => report.reasons)));
    return reasons.size === 0
      ? []
      : `${name}: ${[...reasons]
          .slice(0, 3)
          .map((reason) => `\`${reason}\``)
          .join(', ')}`;
  });
  const failures = told.flat();
  return failures.length === 0 ? [] : [`Why callers failed: ${failures.join('; ')}.`];
}
