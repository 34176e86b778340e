import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeOf } from '../candidates/list.mjs';
import { stampede } from '../measure/herd.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost, exactly, noWorse } from '../report/verdict.mjs';

const holder = fileURLToPath(new URL('../measure/lock-holder.mjs', import.meta.url));
const [kernel, lockFile] = ['Latchkey, file', 'Latchkey, lock file'];
const control = 'control: Latchkey, file again';
const entries = [
  ...[kernel, lockFile, beforeOf(kernel), beforeOf(lockFile), 'Latchkey, Redis'].map((name) => ({
    name,
    candidate: name,
  })),
  { name: control, candidate: kernel },
];

/** Row 11: a lock that was left by a dead process. */
export default {
  number: 11,
  title: 'A lock left by the dead',
  work: 'A process gets a SIGKILL while it holds the lock of the renewal; then a new process asks for a token, which has ended. Milliseconds until it has one.',
  note: 'On Redis nobody but the lease (10 s by default, an option) can tell that its holder is dead: the goal is about locks on one machine, and Redis is shown beside it. Of the peers only msal-node-extensions has a lock across processes, and it is not installed here. The bare mechanism would wait for ever.',
  measure,
};

async function measure({ server, redis, rounds, folder }) {
  const samples = new Map(entries.map(({ name }) => [name, []]));
  let errors = 0;
  for (let round = 0; round < rounds(5); round++) {
    for (const { name, candidate } of entries) {
      const onRedis = candidate.endsWith('Redis');
      const realm = await server.open({ rotates: true });
      const place = onRedis ? redis.url : path.join(folder(), 'tokens.json');
      await (
        await loadCandidate(candidate, onRedis ? 'seedRedis' : 'seedFile')
      )(realm, place, { ended: true });
      await leaveLock(candidate, realm, place);
      const job = onRedis ? 'onRedis' : 'onFile';
      const [report] = await stampede({ candidate, job, realm, place, processes: 1, callers: 1 });
      errors += report.failed;
      if (report.failed === 0) await server.check(realm, report.tokens, candidate);
      samples.get(name).push(report.slowest);
    }
  }
  return {
    tables: [timingTable({ samples, unit: 'ms', references: [kernel] })],
    goals: [
      ...[kernel, lockFile].map((name) => atMost(`${name}, longest wait`, Math.max(...samples.get(name)), 1000, ' ms')),
      ...[kernel, lockFile].map((name) => noWorse(samples, name, { control, reference: kernel })),
      exactly('errors, Redis included', errors, 0),
    ],
  };
}

async function leaveLock(candidate, realm, place) {
  const child = fork(holder, [JSON.stringify({ candidate, realm, place })], { execArgv: [] });
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
}
