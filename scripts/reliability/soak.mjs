/**
 * Many flows over all storages in several processes for a long time, in bad weather, to see that nothing is lost and
 * nothing grows: `node scripts/reliability/soak.mjs [--minutes 60] [--flows 200] [--seed n] [--redis url]`. It prints a
 * line a minute and ends with exit code 1 when a count is not zero that must be, or memory, handles or files have grown.
 * It takes about a third of a core.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startRedis } from '../redis.mjs';

const build = new URL('../../packages/core/dist/testing/index.js', import.meta.url);
if (!existsSync(build)) throw new Error('There is no build: npm run build.');
const { FakeAuthorizationServer } = await import('@latchkey/core/testing');
const { SeededRandom } = await import('../../packages/core/dist/testing/torture/seeded-random.js');
const { fileLock } = await import('@latchkey/storage-file');
const { fileStorages, grace } = await import('./soak/credentials.mjs');
const { Crew } = await import('./soak/crew.mjs');
const { Judge } = await import('./soak/judge.mjs');
const { Tally } = await import('./soak/tally.mjs');
const { letItRain } = await import('./soak/weather.mjs');

const text = { type: 'string' };
const { values } = parseArgs({ options: { minutes: text, flows: text, seed: text, redis: text } });
const minutes = Number(values.minutes ?? 60);
const count = Number(values.flows ?? 200);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const processes = 3;
/** Of one core, for each process; the servers take as much as two of them. */
const share = 0.06;
const duration = minutes * 60_000;
const betweenLines = Math.min(60_000, Math.max(duration / 8, 3000));
const betweenKills = Math.min(25_000, duration / 4);

console.log(`Seed ${seed}: ${count} flows in ${processes} processes for ${minutes} minutes.`);
const random = new SeededRandom(seed);
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-soak-'));
const redis = values.redis === undefined ? await startRedis() : undefined;
const tally = new Tally();
const servers = {};
const judges = {};
for (const [profile, rotation] of Object.entries({ strict: 'rotate', grace: { grace } })) {
  const server = (servers[profile] = await FakeAuthorizationServer.start({
    rotation,
    expiresIn: profile === 'strict' ? 4 : 7,
    deviceLogins: 'approved',
    deviceInterval: 1,
  }));
  judges[profile] = new Judge(server.ledger, { excuses: profile === 'strict' });
  letItRain(server, random);
}
const issuers = { strict: servers.strict.issuer, grace: servers.grace.issuer };
const settings = { issuers, folder, redisUrl: values.redis ?? redis.url, count, share };
const crew = new Crew(settings, seed, hear);

function hear(message, pid) {
  const { counts, saved, neededLogin, loggedIn, loggingOut, loggedOut, unheard, untyped } = message;
  if (counts) tally.add(counts);
  if (saved) for (const judge of Object.values(judges)) judge.saved(saved);
  if (neededLogin) judges[neededLogin.profile].neededLogin(neededLogin.clientId, neededLogin);
  if (loggedIn) judges[loggedIn.profile].loggedIn(loggedIn.clientId, loggedIn.at);
  if (loggingOut) judges[loggingOut.profile].loggingOut(loggingOut.clientId, pid);
  if (loggedOut) judges[loggedOut.profile].loggedOut(loggedOut.clientId, pid);
  if (unheard) judges[unheard.profile].unheard(unheard.clientId, pid);
  if (untyped) console.log(`untyped: ${untyped}`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clean().then(() => process.exit(1)));

async function clean() {
  await crew.dispose();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  redis?.server.kill();
  rmSync(folder, { recursive: true, force: true });
}

try {
  crew.start(processes);
  const began = performance.now();
  let [nextLine, nextKill] = [betweenLines, betweenKills];
  for (let elapsed = 0; elapsed < duration && crew.deaths.length === 0; elapsed = performance.now() - began) {
    await pause(Math.min(1000, duration / 20));
    for (const judge of Object.values(judges)) judge.read();
    if (elapsed >= nextKill) {
      await crew.replaceLast((pid) => {
        for (const judge of Object.values(judges)) judge.killed(pid);
      });
      nextKill += betweenKills * (0.6 + random.below(0.6));
    }
    if (elapsed >= nextLine) {
      tally.sample(await crew.measure());
      console.log(`${(elapsed / 60_000).toFixed(1)} min | ${tally.line(Object.values(judges), crew)}`);
      nextLine += betweenLines;
    }
  }
  tally.sample(await crew.measure());
  for (let twice = 0; twice < 2; twice++) for (const judge of Object.values(judges)) judge.read();
  await crew.dispose();
  tally.temporaryFiles = await countTemporaryFiles();
} finally {
  await clean();
}
console.log(`End | ${tally.line(Object.values(judges), crew)}`);
for (const [profile, judge] of Object.entries(judges)) {
  const { requests, reuses, excusedReuses, lostLogins, excusedLogins } = judge;
  console.log(`${profile}:`, { requests, reuses, excusedReuses, lostLogins, excusedLogins });
}
for (const death of crew.deaths) console.log(`A process ended by itself, ${death}.`);
if (!Tally.judgesGrowth(minutes)) console.log('Too short to tell whether memory, handles and files grow.');
const faults = tally.faults(Object.values(judges), crew, minutes);
console.log(faults.length === 0 ? 'Verdict: good.' : `Verdict: ${faults.join('; ')}.`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Counts what stays of killed writers after another process, this one, has taken a lock in each folder. */
async function countTemporaryFiles() {
  const options = { signal: new AbortController().signal, timeout: 10 };
  const locks = [...Object.values(fileStorages(folder)), fileLock(path.join(folder, 'sweeper.json'))];
  for (const lock of locks) await lock.withLock('sweeper', async () => undefined, options);
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.tmp')).length;
}
