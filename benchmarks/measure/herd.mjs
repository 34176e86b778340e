/** Several new processes, each with many callers, that share one stored token. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { environmentOf } from './in-turn.mjs';
import { sum } from './statistics.mjs';

const worker = path.join(import.meta.dirname, 'herd-worker.mjs');
const clock = pathToFileURL(path.join(import.meta.dirname, 'movable-clock.mjs')).href;

/**
 * Starts the processes, lets all callers begin at once when all processes are ready, and ends them. `times` 2: once
 * more after the clocks of all have moved past the end of the token. Resolves to one report for each time.
 */
export async function stampede({ candidate, job, realm, place, processes, callers, times = 1, certificate }) {
  const parameters = JSON.stringify({ candidate, job, realm, place, callers });
  const env = { ...process.env, ...environmentOf(candidate, certificate) };
  const options = { execArgv: ['--import', clock], env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] };
  const children = Array.from({ length: processes }, () => fork(worker, [parameters], options));
  const answers = () => Promise.all(children.map(nextMessage));
  const tell = (word) => {
    const told = answers();
    for (const child of children) child.send(word);
    return told;
  };
  try {
    await answers();
    const reports = [];
    for (let time = 0; time < times; time++) {
      if (time > 0) await tell('later');
      reports.push(together(await tell('go')));
    }
    return reports;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  }
}

function together(reports) {
  return {
    slowest: Math.max(...reports.map(({ slowest }) => slowest)),
    failed: sum(reports.map(({ failed }) => failed)),
    cpu: sum(reports.map(({ cpu }) => cpu)),
    tokens: [...new Set(reports.flatMap(({ tokens }) => tokens))],
    reasons: [...new Set(reports.flatMap(({ reasons }) => reasons))],
  };
}

async function nextMessage(child) {
  const ended = new AbortController();
  const early = once(child, 'exit', ended).then(() => {
    throw new Error('A process of the herd ended early.');
  });
  try {
    const [message] = await Promise.race([once(child, 'message', ended), early]);
    return message;
  } finally {
    ended.abort();
    early.catch(() => undefined);
  }
}
