import { describe, expect, jest, test } from '@jest/globals';
import { type HeldLock, LockTimeoutError } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { closeSync, existsSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { errorOf, hold, key, waiting } from './some.js';
import { abandoned, readTurn, turnOf, turnsOf, writeTurn } from './turns.js';

const lockOf = (file: string) => fileLock(file, { locking: 'lockfile' });
const enter = async (): Promise<string> => 'entered';
const tryFor = (file: string, seconds: number): Promise<string> =>
  lockOf(file)
    .withLock(key, enter, waiting(seconds))
    .catch((error: unknown) => (error as Error).name);
if (process.platform !== 'linux') console.warn('Left out: a /proc of another namespace; it needs Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip;

/** A token file whose lock file is held by a process that is stopped, with a heartbeat that is old. */
async function stoppedHolder(): Promise<{ file: string; child: Child }> {
  const file = join(makeFolder(), 'tokens.json');
  const child = start('hold.mjs', [file, 'lockfile']);
  await child.says('held');
  child.signal('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 50));
  utimesSync(turnOf(file), 1, 1);
  return { file, child };
}

describe('A lock file', () => {
  test('tells who holds it, and that it is free then', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const held = await lockOf(file).withLock(key, async () => readTurn(turnOf(file)), waiting(1));
    expect(held).toMatchObject({ state: 'held', owner: { pid: process.pid } });
    expect(readTurn(turnOf(file))).toMatchObject({ state: 'free', owner: held.owner });
  });

  test('has one turn after another, and keeps the last one only', async () => {
    const file = join(makeFolder(), 'tokens.json');
    for (const turn of [1, 2, 3]) {
      await lockOf(file).withLock(key, enter, waiting(1));
      expect(turnsOf(file)).toEqual([turn]);
    }
  });

  test('of a process that is gone is taken over', async () => {
    const { file } = await abandoned();
    expect(await tryFor(file, 1)).toBe('entered');
    expect(leftovers(join(file, '..'))).toEqual([]);
  });

  test('of a stopped process of this host is not taken over, however old its heartbeat', async () => {
    const { file, child } = await stoppedHolder();
    const error = await errorOf(lockOf(file).withLock(key, enter, waiting(3)));
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect(error['holder']).toBe(child.pid);
  });

  onLinux.each([
    ['first', 'LOCK_TIMEOUT', 3],
    ['last', 'LOCK_TIMEOUT', 3],
    ['no', 'entered', 20],
  ])('of a process is tried while its %s thread waits for the disk: %s', async (which, outcome, seconds) => {
    const { file } = await stoppedHolder();
    expect(await outcomeOf(start('held-up.mjs', [file, seconds, which]))).toEqual({ outcome });
  });

  onLinux('is not judged by a /proc of another namespace, where its process id is somebody else', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const rights = process.getuid?.() === 0 ? '-pf' : '-Urpf';
    const inside = run('unshare', [rights, '--kill-child', process.execPath, script('hold.mjs'), file, 'lockfile']);
    await inside.says('held');
    const { owner } = readTurn(turnOf(file));
    expect([owner.pid, owner.start]).toEqual([1, undefined]);
  });

  test('is taken over when its process id belongs to another process by now', async () => {
    const { file, turn, owner } = await abandoned();
    writeTurn(turn, { ...owner, pid: process.pid });
    expect(await tryFor(file, 0.3)).toBe(process.platform === 'linux' ? 'entered' : 'LockTimeoutError');
  });

  test('of a process that is gone, but that its parent never asked after, is taken over', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const command = '"$0" "$@" & exec sleep 60';
    const parent = run('sh', ['-c', command, process.execPath, script('hold.mjs'), file, 'lockfile']);
    await parent.says('held');
    process.kill(readTurn(turnOf(file)).owner.pid, 'SIGKILL');
    expect(await tryFor(file, 5)).toBe('entered');
  });

  test.each(['elsewhere', 'this'])(
    'of %s host is taken over once its heartbeat is more than 10 s old, and not before',
    async (host) => {
      const { file, turn, owner } = await abandoned();
      const alive = start('hold.mjs', [join(makeFolder(), 'tokens.json'), 'lockfile']);
      await alive.says('held');
      // On this host: a thread that was terminated, in a process that lives on.
      const { start: _, ...rest } = owner;
      const holder = host === 'this' ? { ...rest, pid: alive.pid } : { ...owner, host };
      writeTurn(turn, holder, 5);
      expect(await tryFor(file, 2.5)).toBe('LockTimeoutError');
      writeTurn(turn, { ...holder, nonce: 'another' }, 15);
      expect(await tryFor(file, 1)).toBe('LockTimeoutError'); // a holder whose machine slept needs a moment to show itself
      expect(await tryFor(file, 5)).toBe('entered');
    },
    20_000,
  );

  test('is taken over after 10 s without a heartbeat whatever time it shows, since the clock may have been set back', async () => {
    const { file, turn, owner } = await abandoned();
    writeTurn(turn, { ...owner, host: 'elsewhere' }, -3600);
    const [seconds, nanoseconds] = process.hrtime();
    const { bigint } = process.hrtime;
    const clock = jest.spyOn(process, 'hrtime');
    Object.assign(process.hrtime, { bigint }); // names of files are made of it
    const tryAfter = (passed: number): Promise<string> => {
      clock.mockReturnValue([seconds + passed, nanoseconds]);
      return tryFor(file, 0);
    };
    try {
      for (const passed of [0, 3, 10]) expect(await tryAfter(passed)).toBe('LockTimeoutError');
      expect(await tryAfter(11)).toBe('entered');
    } finally {
      clock.mockRestore();
    }
  });

  test('is believed to be held by a heartbeat that is seen in its content, though its time looks old', async () => {
    const { file, turn, owner } = await abandoned();
    let nonce = 0;
    const beat = (): void => writeTurn(turn, { ...owner, host: 'elsewhere', nonce: String(++nonce) }, 3600);
    beat();
    const timer = setInterval(beat, 1000);
    expect(await tryFor(file, 4)).toBe('LockTimeoutError');
    clearInterval(timer);
  });

  test('of a host of the same name is not taken for one of this host whose process is gone', async () => {
    const { file, turn, owner } = await abandoned();
    const [name = '', ...rest] = owner.host.split(' ');
    expect(rest).toHaveLength(process.platform === 'linux' ? 2 : 0);
    writeTurn(turn, { ...owner, host: `${name} another-boot ${rest[1]}` });
    expect(await tryFor(file, 0.3)).toBe('LockTimeoutError');
  });

  test('of a host of the same name is not taken at once either where nothing but names can be told', async () => {
    const { file, turn, owner } = await abandoned();
    writeTurn(turn, { ...owner, host: 'elsewhere' });
    const child = start('enter-once.mjs', [file, 'lockfile', 0.5, 'no-proc']);
    expect(await child.says('outcome')).toBe('outcome LOCK_TIMEOUT');
  });

  test.each(['', 'not ours', 'held 1 {"pid":-1,"host":"a","nonce":"../../x"}\n'])(
    'that names nobody (%j) is judged by its age',
    async (content) => {
      const { file, turn } = await abandoned();
      writeTurn(turn, content, 5);
      expect(await tryFor(file, 2.5)).toBe('LockTimeoutError');
      writeTurn(turn, content, 15);
      expect(await tryFor(file, 5)).toBe('entered');
    },
    20_000,
  );

  test('is lost when another takes its place, which is noticed by reading the signal, and not touched then', async () => {
    const { file, owner } = await abandoned();
    const { lock, release } = await hold(lockOf(file));
    expect(lock.signal.aborted).toBe(false);
    const next = join(`${file}.lockfile`, '3');
    writeTurn(next, { ...owner, host: 'elsewhere' });
    expect(lock.signal.aborted).toBe(true);
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await release();
    expect(readTurn(next)).toMatchObject({ state: 'held', owner: { host: 'elsewhere' } });
  });

  test.each(['its file is deleted', 'a copy of another stands in its place'])('is lost when %s', async (loss) => {
    const { file, turn, owner } = await abandoned();
    const { lock, release } = await hold(lockOf(file));
    rmSync(turnOf(file));
    if (loss.startsWith('a copy')) writeTurn(turn, owner);
    expect(lock.signal.aborted).toBe(true);
    await release();
  });

  test('shows that its holder lives, without being read', async () => {
    const file = join(makeFolder(), 'tokens.json');
    jest.useFakeTimers({ now: Date.now() });
    try {
      await lockOf(file).withLock(
        key,
        async () => {
          utimesSync(turnOf(file), 1, 1);
          jest.advanceTimersByTime(999);
          expect(statSync(turnOf(file)).mtimeMs).toBe(1000);
          jest.advanceTimersByTime(1);
          expect(statSync(turnOf(file)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
        },
        waiting(1),
      );
    } finally {
      jest.useRealTimers();
    }
  });

  test('shows it on a Mac by descriptors that are closed, which is when a container hears of it', async () => {
    const file = join(makeFolder(), 'tokens.json');
    expect(await outcomeOf(start('closed-beats.mjs', [file]))).toEqual({ closed: [1, 2], lost: false });
    expect(readTurn(turnOf(file)).state).toBe('free');
  });

  test('shows after a sleep of the machine, as soon as its holder looks at it, that this one lives', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const lookAfter = (seconds: number, lock: HeldLock): number => {
      utimesSync(turnOf(file), 1, 1);
      const [wall, [now, nanoseconds]] = [Date.now() + seconds * 1000, process.hrtime()];
      const clocks = [
        jest.spyOn(Date, 'now').mockReturnValue(wall),
        jest.spyOn(process, 'hrtime').mockReturnValue([now + seconds, nanoseconds]),
      ];
      try {
        expect(lock.signal.aborted).toBe(false);
      } finally {
        for (const clock of clocks) clock.mockRestore();
      }
      return statSync(turnOf(file)).mtimeMs;
    };
    await lockOf(file).withLock(
      key,
      async (lock) => {
        expect(lookAfter(0, lock)).toBe(1000);
        expect(lookAfter(11, lock)).toBeGreaterThan(Date.now() - 60_000);
      },
      waiting(1),
    );
  });

  test('is looked at again when its turn is removed between the opening and the look', async () => {
    const { file } = await abandoned();
    expect(await outcomeOf(start('vanishing.mjs', [file]))).toEqual({ outcome: 'entered', gone: true });
  });

  test('of a process that could not note its end is free for that process at once', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const outcome = await outcomeOf(start('unreleased.mjs', [file]));
    expect(outcome).toEqual({ failed: 1, again: 'entered' });
    expect(existsSync(`${file}.lockfile`)).toBe(true);
  });

  test('writes nothing when its signal is read after its end, whatever has its descriptor then', async () => {
    const folder = makeFolder();
    const file = join(folder, 'tokens.json');
    const { lock, release } = await hold(lockOf(file));
    await release();
    const others = Array.from({ length: 30 }, (_, n) => join(folder, `other-${n}`)); // one gets the number that was the turn's
    const open = others.map((path) => openSync(path, 'w+'));
    try {
      await lockOf(file).withLock(key, enter, waiting(1)); // the next turn
      expect(lock.signal.aborted).toBe(true);
      expect(others.map((path) => statSync(path).size)).toEqual(others.map(() => 0));
    } finally {
      for (const fd of open) closeSync(fd);
    }
  });

  test('that was lost since the disk failed keeps its own process out no longer than that', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const outcome = await outcomeOf(start('lost-to-disk.mjs', [file]));
    expect(outcome).toEqual({ lost: true, again: 'entered', still: true });
  }, 20_000);
});
