import { describe, expect, jest, test } from '@jest/globals';
import { type HeldLock, LockTimeoutError } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { errorOf, key, waiting } from './some.js';

interface Owner {
  pid: number;
  host: string;
  start?: string;
  nonce: string;
}

const lockOf = (file: string) => fileLock(file, { locking: 'lockfile' });
const enter = async (): Promise<string> => 'entered';

/** A folder with the lock file of a process that is gone. */
async function abandoned(): Promise<{ file: string; lockfile: string; owner: Owner }> {
  const file = join(makeFolder(), 'tokens.json');
  const child = start('hold.mjs', [file, 'lockfile']);
  await child.says('held');
  await child.kill();
  const lockfile = `${file}.lockfile`;
  return { file, lockfile, owner: JSON.parse(readFileSync(lockfile, 'utf8')) as Owner };
}

/** Writes a lock file that was last touched so many seconds ago. */
function write(path: string, owner: Owner | string, age = 0): void {
  writeFileSync(path, typeof owner === 'string' ? owner : JSON.stringify(owner));
  const time = Date.now() / 1000 - age;
  utimesSync(path, time, time);
}

describe('A lockfile', () => {
  test('tells who holds it, for as long as it is held', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const owner = await lockOf(file).withLock(key, async () => readFileSync(`${file}.lockfile`, 'utf8'), waiting(1));
    expect(JSON.parse(owner)).toMatchObject({ pid: process.pid, nonce: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(existsSync(`${file}.lockfile`)).toBe(false);
  });

  test('of a process that is gone is taken over', async () => {
    const { file } = await abandoned();
    expect(await lockOf(file).withLock(key, enter, waiting(1))).toBe('entered');
    expect(leftovers(join(file, '..'))).toEqual([]);
  });

  test('of a stopped process of this host is not taken over, however old its heartbeat', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const child = start('hold.mjs', [file, 'lockfile']);
    await child.says('held');
    child.signal('SIGSTOP');
    utimesSync(`${file}.lockfile`, 1, 1);
    const error = await errorOf(lockOf(file).withLock(key, enter, waiting(0.3)));
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect(error['holder']).toBe(child.pid);
  });

  test('is taken over when its process id belongs to another process by now', async () => {
    const { file, lockfile, owner } = await abandoned();
    write(lockfile, { ...owner, pid: process.pid });
    const seen = await lockOf(file)
      .withLock(key, enter, waiting(0.3))
      .catch((error: unknown) => (error as Error).name);
    expect(seen).toBe(process.platform === 'linux' ? 'entered' : 'LockTimeoutError');
  });

  test('of a process that is gone, but that its parent never asked after, is taken over', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const command = '"$0" "$@" & exec sleep 60';
    const parent = run('sh', ['-c', command, process.execPath, script('hold.mjs'), file, 'lockfile']);
    await parent.says('held');
    process.kill((JSON.parse(readFileSync(`${file}.lockfile`, 'utf8')) as Owner).pid, 'SIGKILL');
    expect(await lockOf(file).withLock(key, enter, waiting(5))).toBe('entered');
  });

  test('of another host is taken over once its heartbeat is more than 10 s old, and not before', async () => {
    const { file, lockfile, owner } = await abandoned();
    write(lockfile, { ...owner, host: 'elsewhere' }, 5);
    expect(await errorOf(lockOf(file).withLock(key, enter, waiting(0.3)))).toBeInstanceOf(LockTimeoutError);
    write(lockfile, { ...owner, host: 'elsewhere' }, 15);
    expect(await lockOf(file).withLock(key, enter, waiting(0.3))).toBe('entered');
  });

  test.each(['', 'not ours', '{"pid":-1,"host":"a","nonce":"../../x"}'])(
    'that names nobody (%j) is judged by its age',
    async (content) => {
      const { file, lockfile } = await abandoned();
      write(lockfile, content, 5);
      expect(await errorOf(lockOf(file).withLock(key, enter, waiting(0.1)))).toBeInstanceOf(LockTimeoutError);
      write(lockfile, content, 15);
      expect(await lockOf(file).withLock(key, enter, waiting(0.3))).toBe('entered');
    },
  );

  test('is taken over from a taker that died, whether it had removed the dead one or not', async () => {
    for (const removed of [true, false]) {
      const { file, lockfile, owner } = await abandoned();
      write(`${lockfile}.takeover-${owner.nonce}`, { ...owner, nonce: 'aaaaaaaaaaaaaaaa' });
      if (removed) rmSync(lockfile);
      expect(await lockOf(file).withLock(key, enter, waiting(1))).toBe('entered');
      expect(existsSync(lockfile)).toBe(false);
    }
  });

  test('is left to the taker that is at it', async () => {
    const { file, lockfile, owner } = await abandoned();
    const other = start('hold.mjs', [join(makeFolder(), 'tokens.json'), 'lockfile']);
    await other.says('held');
    const { start: since, ...rest } = owner;
    expect(since === undefined).toBe(process.platform !== 'linux');
    write(`${lockfile}.takeover-${owner.nonce}`, { ...rest, pid: other.pid, nonce: 'aaaaaaaaaaaaaaaa' });
    expect(await errorOf(lockOf(file).withLock(key, enter, waiting(0.3)))).toBeInstanceOf(LockTimeoutError);
    expect(existsSync(lockfile)).toBe(true);
  });

  test('of the next holder is not removed by a slow taker', async () => {
    const { file, lockfile } = await abandoned();
    const place = join(makeFolder(), 'tokens.json');
    await start('hold.mjs', [place, 'lockfile']).says('held');
    const args = [file, 'linkSync', '\\.lockfile\\.takeover-', lockfile, `${place}.lockfile`];
    expect(await outcomeOf(start('meddle.mjs', args))).toMatchObject({ done: true, locked: 'LOCK_TIMEOUT' });
    expect(readFileSync(lockfile, 'utf8')).toBe(readFileSync(`${place}.lockfile`, 'utf8'));
  });

  test('is lost when another takes its place, which is noticed by reading the signal, and not removed then', async () => {
    const { file, lockfile, owner } = await abandoned();
    await lockOf(file).withLock(
      key,
      async (lock) => {
        expect(lock.signal.aborted).toBe(false);
        write(`${lockfile}.new`, { ...owner, host: 'elsewhere' });
        renameSync(`${lockfile}.new`, lockfile);
        expect(lock.signal.aborted).toBe(true);
        expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
      },
      waiting(1),
    );
    expect(existsSync(lockfile)).toBe(true);
  });

  test('shows that its holder lives, without being read', async () => {
    const file = join(makeFolder(), 'tokens.json');
    jest.useFakeTimers({ now: Date.now() });
    try {
      await lockOf(file).withLock(
        key,
        async () => {
          utimesSync(`${file}.lockfile`, 1, 1);
          jest.advanceTimersByTime(999);
          expect(statSync(`${file}.lockfile`).mtimeMs).toBe(1000);
          jest.advanceTimersByTime(1);
          expect(statSync(`${file}.lockfile`).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
        },
        waiting(1),
      );
    } finally {
      jest.useRealTimers();
    }
  });

  test('shows after a sleep of the machine, as soon as its holder looks at it, that this one lives', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const lookAfter = (seconds: number, lock: HeldLock): number => {
      utimesSync(`${file}.lockfile`, 1, 1);
      const [wall, monotonic] = [Date.now() + seconds * 1000, performance.now() + seconds * 1000];
      const clocks = [jest.spyOn(Date, 'now'), jest.spyOn(performance, 'now')];
      [wall, monotonic].forEach((time, index) => clocks[index]?.mockReturnValue(time));
      try {
        expect(lock.signal.aborted).toBe(false);
      } finally {
        for (const clock of clocks) clock.mockRestore();
      }
      return statSync(`${file}.lockfile`).mtimeMs;
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
});
