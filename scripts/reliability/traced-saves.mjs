/** A process that saves while its system calls are traced, and fail one at a time. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { StepFailed } from '../steps.mjs';

export const errors = ['EACCES', 'EINTR', 'EIO', 'ENOSPC'];
const phases = ['at a new place', 'at a place in use'];
/** What is no business of files: memory, threads, the event loop. */
const others =
  /^(futex|epoll_|m(map|unmap|protect|advise)|brk|get|kill|clock_|exit|rt_sig|sched_|restart_|eventfd|timer)/;
const signal = new AbortController().signal;

/** One process that saves, and the looks at what it leaves. */
export class TracedSaves {
  #folder;
  #pipe;
  #saver;
  #lines;
  #rounds = 0;

  constructor(folder) {
    this.#folder = folder;
    this.#pipe = path.join(folder, 'pipe');
    spawnSync('mkfifo', [this.#pipe]);
    const program = path.join(import.meta.dirname, 'save-when-told.mjs');
    this.#saver = spawn(process.execPath, [program, this.#pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#saver.stdout)[Symbol.asyncIterator]();
  }

  end() {
    this.#saver.kill('SIGKILL');
  }

  /** Lets each call of this kind of lock fail in each way, and counts how it ended. */
  async play(kind, every) {
    const tally = { kind, rows: new Map(), rounds: 0, missed: [], harms: [] };
    for (const phase of phases) {
      await this.#round(kind, phase); // loads what is loaded once
      const { calls, before } = await this.#round(kind, phase);
      for (const [name, count] of calls) {
        for (let nth = 1; nth <= count; nth += every) {
          for (const error of errors)
            await this.#fail({ kind, phase, name, error, when: (before.get(name) ?? 0) + nth }, tally);
        }
      }
      console.log(`${kind} ${phase}: ${tally.rounds} calls failed so far`);
    }
    return tally;
  }

  async #fail(fault, tally) {
    const { kind, phase, name, error } = fault;
    const what = `${kind} ${phase}, ${name} ${fault.when} ${error}`;
    let round;
    for (let tries = 0; tries < 5 && !round?.isHit; tries++) round = await this.#round(kind, phase, fault);
    if (!round.isHit) {
      tally.missed.push(what);
      return;
    }
    tally.rounds++;
    const row = tally.rows.get(name) ?? tally.rows.set(name, {}).get(name);
    const cell = (row[error] ??= {});
    cell[round.outcome] = (cell[round.outcome] ?? 0) + 1;
    if (round.harm) tally.harms.push(`${what}: ${round.harm}`);
  }

  /** One lock and save, traced; `fault` fails one call of it. */
  async #round(kind, phase, fault) {
    const place = path.join(this.#folder, String(++this.#rounds), 'tokens.json');
    const storage = new FileTokenStorage(place, { locking: kind });
    const isNew = phase === phases[0];
    if (!isNew) await this.#save(storage, 1);
    const trace = path.join(this.#folder, 'trace');
    rmSync(trace, { force: true }); // that of the round before tells nothing of this one
    const tracer = await attach(this.#saver.pid, trace, fault);
    await writeFile(this.#pipe, JSON.stringify({ path: place, locking: kind, generation: 2 }));
    const { value: outcome = 'UNTYPED: the process ended' } = await this.#lines.next();
    tracer.kill('SIGINT');
    await new Promise((resolve) => tracer.once('exit', resolve));
    const seen = readTrace(readFileSync(trace, 'utf8'));
    const harm = await this.#look(storage, place, outcome, isNew);
    rmSync(path.dirname(place), { recursive: true, force: true });
    return { ...seen, outcome, harm };
  }

  async #save(storage, generation) {
    const tokens = TokenSet.from({ access_token: 'a', refresh_token: 'r' }).withStamp({ key: 'ada', generation });
    const save = async (lock) =>
      storage.save('ada', tokens, { reason: 'refresh', expected: (await storage.load('ada'))?.generation ?? 0, lock });
    await storage.withLock('ada', save, { signal, timeout: 20 });
  }

  /** Says what is wrong afterwards: something lost, torn, left over or locked for good, or an error without a type. */
  async #look(storage, place, outcome, isNew) {
    if (!/^(saved|[A-Z]+(_[A-Z]+)+)$/.test(outcome)) return outcome;
    const found = (await storage.load('ada').catch((error) => error))?.generation;
    const may = outcome === 'saved' ? [2] : [isNew ? undefined : 1, 2];
    if (!may.includes(found)) return `${outcome}, and generation ${found} is stored`;
    const folder = path.dirname(place);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    if (String(names).includes('.corrupt-')) return 'a record was moved aside';
    return this.#save(storage, 3).then(
      () => undefined,
      (error) => `afterwards: ${error.code} ${error.message}`,
    );
  }
}

/** Begins to trace the main thread of a process, and lets one call fail. @throws StepFailed when strace cannot do that */
async function attach(pid, trace, fault) {
  const inject = fault ? ['-e', `inject=${fault.name}:error=${fault.error}:when=${fault.when}`] : [];
  const tracer = spawn('strace', ['-p', String(pid), '-o', trace, ...inject], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = [];
  for await (const line of createInterface(tracer.stderr)) {
    if (line.includes('attached')) return tracer;
    said.push(line);
  }
  throw new StepFailed(`strace traces nothing here: ${said.join(' ')}`);
}

/** Counts the calls before the first mark, and those between the two; tells whether one of these was made to fail. */
function readTrace(text) {
  const [early = '', rest = ''] = text.split(/^.*"\/latchkey\/begin".*$/m);
  const [middle = ''] = rest.split(/^.*"\/latchkey\/end".*$/m);
  const calls = countCalls(middle);
  return { calls, before: countCalls(early), isHit: middle.includes('(INJECTED)') };
}

function countCalls(text) {
  const counts = new Map();
  for (const [, name] of text.matchAll(/^(\w+)\(/gm)) {
    if (!others.test(name) || name === 'getdents64') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
