import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeOf } from '../candidates/list.mjs';
import { burst } from '../candidates/bare-burst.mjs';
import { accountNames, endedRecord, saveRecords, writeRecords } from '../measure/accounts.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { importCandidate } from '../measure/load-candidate.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { format, timingTable } from '../report/table.mjs';
import { atMost, exactly } from '../report/verdict.mjs';

const kinds = [
  { kind: 'memory', title: 'In memory', floor: 'bare fetch, 32 at once', ours: 'Latchkey' },
  { kind: 'file', title: 'A file for each', floor: 'the same, and a durable save', ours: 'Latchkey, file' },
  { kind: 'redis', title: 'In Redis', floor: 'the same, and a script in Redis', ours: 'Latchkey, Redis' },
];

/** Row 23: tokens of many accounts that are due at once. */
export default {
  number: 23,
  title: 'Accounts that are due at once',
  work: 'The tokens of 10,000 accounts of one flow (`withAccount`) have ended, and all are asked for at once in one process, against a server that takes 50 ms. The floor is a bare `fetch` for each, 32 at once, whose token goes into a Map; for files it is followed by the floor of row 9, for Redis by one script. Milliseconds until the last has its token.',
  note: 'The loop is stalled while a timer of 10 ms is late. Sockets are those that the server had open at once. Peak memory is `VmHWM` of the process; in memory it includes the 10,000 records from which it started. In Redis the build before may lose accounts, up to half of them, which then hold no token and take less memory.',
  measure,
};

async function measure({ server, redis, rounds, count, folder }) {
  const accounts = count(10_000, 200);
  const tables = [];
  const goals = [];
  for (const { kind, title, floor, ours } of kinds) {
    const before = beforeOf(ours);
    const control = `control: ${floor}, again`;
    const { results } = await inTurn({
      row: import.meta.url,
      entries: [floor, { name: control, candidate: floor }, ours, before],
      rounds: rounds(3),
      timeout: 1800,
      async prepare(entry) {
        const realm = await server.open({ delay: 50 });
        const place = kind === 'redis' ? redis.url : path.join(folder(), 'accounts');
        await seed({ candidate: entry.candidate ?? nameOf(entry), kind, realm, place, accounts });
        return { kind, realm, place, accounts };
      },
      async check(entry, { realm }, result) {
        if (result.tokens.length > 0) await server.check(realm, result.tokens, nameOf(entry));
        if (result.served !== result.distinct) throw new Error(`${nameOf(entry)} gave a token to two accounts.`);
        result.sockets = (await server.seen(realm)).mostSockets;
      },
    });
    const of = (key) => new Map([...results].map(([name, all]) => [name, all.map((result) => result[key])]));
    const samples = of('ms');
    const [peak, stall, sockets, failed] = ['peak', 'stall', 'sockets', 'failed'].map(of);
    const more = [
      { title: 'failed', of: (name) => Math.max(...failed.get(name)) },
      { title: 'longest stall, ms', of: (name) => format(median(stall.get(name))) },
      { title: 'sockets', of: (name) => median(sockets.get(name)) },
      { title: 'peak memory, MiB', of: (name) => format(median(peak.get(name))) },
      { title: 'processor time, median, ms', of: (name) => format(median(of('cpu').get(name))) },
    ];
    tables.push(`${title}:`, timingTable({ samples, unit: 'ms', references: [floor, before], more, digits: 0 }));
    tables.push(...reasonsOf(results));
    goals.push(
      exactly(`${ours}, accounts that failed`, Math.max(...failed.get(ours)), 0),
      atMost(`${ours} against the floor`, ratio(samples.get(ours), samples.get(floor)), 1.4, 'x'),
      atMost(`${ours}, longest stall of the loop`, Math.max(...stall.get(ours)), 1000, ' ms'),
      atMost(`${ours}, sockets at once`, Math.max(...sockets.get(ours)), 100),
      atMost(`${ours}, peak memory against the build before`, ratio(peak.get(ours), peak.get(before)), 0.45, 'x'),
    );
  }
  return { tables, goals };
}

function reasonsOf(results) {
  return [...results].flatMap(([name, all]) => {
    const reasons = [...new Set(all.flatMap((result) => result.reasons))];
    return reasons.length === 0 ? [] : [`${name} failed: ${reasons.map((why) => `\`${why}\``).join(', ')}.`];
  });
}

/** Stores what a candidate starts from; what it keeps in memory it stores itself. */
async function seed({ candidate, kind, realm, place, accounts }) {
  if (!candidate.startsWith('Latchkey')) {
    if (kind === 'file') mkdirSync(place, { mode: 0o700 });
    return;
  }
  if (kind === 'memory') return;
  const { TokenSet } = await importCandidate(candidate);
  const { flow, storage } = await flowOf(candidate, kind, realm, place);
  const keys = accountNames(accounts).map((account) => flow.withAccount(account).key);
  if (kind === 'file') writeRecords(place, keys, endedRecord(realm));
  else await saveRecords(storage, TokenSet, keys, endedRecord(realm));
  await storage?.close();
}

async function flowOf(candidate, kind, realm, place) {
  const { flowInMemory, flowOnFile, flowOnRedis } = await importCandidate(candidate);
  if (kind === 'memory') return flowInMemory(realm);
  if (kind === 'redis') return flowOnRedis(realm, place);
  return { flow: flowOnFile(realm, `${place}/`, { perKey: true }) };
}

/** In the candidate's process. */
export async function inChild(candidate, { kind, realm, place, accounts }) {
  const names = accountNames(accounts);
  const call = await callOf(candidate, { kind, realm, place, names });
  const tokens = new Set();
  const reasons = new Set();
  let [served, failed] = [0, 0];
  const one = async (name) => {
    try {
      tokens.add(await call(name));
      served++;
    } catch (error) {
      failed++;
      reasons.add(String(error.message).slice(0, 120));
    }
  };
  const watch = watchLoop();
  const [start, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(names.map(one));
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const told = { served, failed, distinct: tokens.size, reasons: [...reasons], tokens: [...tokens].slice(0, 1000) };
  return { ...told, ms, stall: watch.stop(), peak: peakMemory(), cpu: (user + system) / 1000 };
}

async function callOf(candidate, { kind, realm, place, names }) {
  if (!candidate.startsWith('Latchkey')) return burst(realm, { kind, place });
  const { flow, storage } = await flowOf(candidate, kind, realm, place);
  const flows = new Map(names.map((name) => [name, flow.withAccount(name)]));
  if (kind === 'memory') {
    const { TokenSet } = await importCandidate(candidate);
    const keys = [...flows.values()].map(({ key }) => key);
    await saveRecords(storage, TokenSet, keys, endedRecord(realm));
  }
  return (name) => flows.get(name).getAccessTokenRefreshIfNecessary();
}

/** How late a timer of 10 ms was at most. */
function watchLoop() {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 10);
    last = now;
  };
  const timer = setInterval(look, 10);
  return {
    stop() {
      look();
      clearInterval(timer);
      return longest;
    },
  };
}

function peakMemory() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}
