import path from 'node:path';
import { stampede } from '../measure/herd.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { watchCommands } from '../measure/redis-commands.mjs';
import { median, spread } from '../measure/statistics.mjs';
import { plot } from '../report/plot.mjs';
import { format, table } from '../report/table.mjs';
import { exactly } from '../report/verdict.mjs';

const all = [1, 2, 4, 8, 16, 32, 64];
const callers = 10;
const entries = [
  { name: 'Latchkey, file', job: 'onFile' },
  { name: 'Latchkey, lock file', candidate: 'Latchkey, lock file', job: 'onFile' },
  { name: 'Latchkey, Redis', job: 'onRedis' },
];

/** Row 20: growth with the number of processes on one token. */
export default {
  number: 20,
  title: 'Growth: processes on one token',
  work: `1 to 64 new processes with ${callers} callers each share one file, or one Redis; the token has ended, and the server answers after 50 ms. Commands are what the processes sent to Redis together, connecting included.`,
  note: 'New processes load their code while others do the same: with more processes than cores, most of the time is that.',
  measure,
};

async function measure({ server, redis, rounds, count, folder }) {
  const sizes = count(all, [1, 2]);
  const rows = [];
  const curves = { slowest: [], commands: [] };
  const constants = {};
  let wrong = 0;
  for (const { name, job } of entries) {
    const points = { slowest: [], commands: [] };
    for (const processes of sizes) {
      const runs = [];
      for (let round = 0; round < rounds(2); round++) {
        runs.push(await runOnce({ server, redis, folder, name, job, processes }));
      }
      const requests = spread(runs.map((run) => run.requests));
      const failed = Math.max(...runs.map((run) => run.failed));
      wrong += runs.filter((run) => run.requests !== 1 || run.failed > 0).length;
      const slowest = spread(runs.map((run) => run.slowest));
      const commands = job === 'onRedis' ? median(runs.map((run) => run.commands)) : undefined;
      points.slowest.push([processes, slowest.middle]);
      if (commands !== undefined) points.commands.push([processes, commands]);
      if (processes === 1 && commands !== undefined) constants.commandsOfColdRenewal = commands;
      const times = [slowest.least, slowest.middle, slowest.greatest].map((value) => format(value));
      rows.push([
        name,
        processes,
        `${requests.least}..${requests.greatest}`,
        failed,
        ...times,
        commands && format(commands, 0),
      ]);
    }
    curves.slowest.push({ name, points: points.slowest });
    if (points.commands.length > 0) curves.commands.push({ name, points: points.commands });
  }
  const x = 'processes';
  const times = ['minimum', 'median', 'maximum'].map((what) => `slowest caller, ${what}, ms`);
  return {
    tables: [table(['candidate', 'processes', 'requests', 'failed callers', ...times, 'Redis commands'], rows)],
    plots: [
      { file: 'processes-slowest.svg', svg: plot({ title: 'The slowest caller', x, y: 'ms', series: curves.slowest }) },
      {
        file: 'processes-commands.svg',
        svg: plot({ title: 'Redis commands of all', x, y: 'commands', series: curves.commands }),
      },
    ],
    goals: [exactly('runs with another count of requests than 1, or a caller that failed', wrong, 0)],
    constants,
  };
}

async function runOnce({ server, redis, folder, name, job, processes }) {
  const realm = await server.open({ delay: 50, rotates: true });
  const place = job === 'onRedis' ? redis.url : path.join(folder(), 'tokens.json');
  const seed = await loadCandidate(name, job === 'onRedis' ? 'seedRedis' : 'seedFile');
  await seed(realm, place, { ended: true });
  const watch = await watchCommands(redis.port);
  const [report] = await stampede({ candidate: name, job, realm, place, processes, callers });
  const commands = await watch.stop();
  if (report.failed === 0) await server.check(realm, report.tokens, name);
  const { requests } = await server.seen(realm);
  return { ...report, requests, commands };
}
