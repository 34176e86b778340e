import { describe, expect, test } from '@jest/globals';
import { LockTimeoutError, LockUnavailableError, StorageUnavailableError } from '@latchkey/core';
import { fileLock, FileTokenStorage, type Locking } from '@latchkey/storage-file';
import {
  copyFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { takeKernelLock } from '../dist/lock/kernel-lock.js';
import { type Marker, openMarker } from '../dist/lock/lock-marker.js';
import { outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { errorOf, hold, key, waiting } from './some.js';

if (process.platform !== 'linux') console.warn('Left out: the range of the lock, by /proc/locks; it needs Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip; // it has /proc/locks
const kinds: Locking[] = ['kernel', 'lockfile']; // `auto` becomes one of them
const path = (): string => join(makeFolder(), 'tokens.json');
const nothing = async (): Promise<void> => undefined;

describe.each(kinds)('A lock of files (%s)', (locking) => {
  test('goes on within a second after its holder was killed', async () => {
    const file = path();
    const holder = start('hold.mjs', [file, locking]);
    await holder.says('held');
    let isKilled = false;
    const turn = fileLock(file, { locking }).withLock(key, async () => `taken, killed: ${isKilled}`, waiting(20));
    await new Promise((resolve) => setImmediate(resolve));
    isKilled = true;
    await holder.kill();
    // A timer of this process is late where the lock's own are, so that a busy machine decides nothing.
    const over = pause(1000, 'a second has passed', { ref: false });
    expect(await Promise.race([turn, over])).toBe('taken, killed: true');
  });

  test('lets others log in while a person does, who is not asked twice', async () => {
    const lock = fileLock(path(), { locking });
    const login = { ...waiting(0), purpose: 'login' } as const;
    const turns = await lock.withLock(
      'ada.login',
      () => {
        const same = errorOf(lock.withLock('ada.login', nothing, login));
        return Promise.all([lock.withLock('bob.login', async () => 'in', login), same]);
      },
      login,
    );
    expect(turns).toEqual(['in', expect.any(LockTimeoutError)]);
  });

  test('names the process that holds it when the wait is too long', async () => {
    const file = path();
    const holder = start('hold.mjs', [file, locking]);
    await holder.says('held');
    let ran = false;
    for (const timeout of [0, 0.1]) {
      const error = await errorOf(
        fileLock(file, { locking }).withLock(key, async () => (ran = true), waiting(timeout)),
      );
      expect(error).toBeInstanceOf(LockTimeoutError);
      expect(error).toMatchObject({ holder: holder.pid, retryable: true });
    }
    expect(ran).toBe(false);
  });

  onLinux(
    'names no process where the holder is in another container, since its id means another process here',
    async () => {
      const file = path();
      const isRoot = process.getuid?.() === 0;
      const inside = [isRoot ? '-pf' : '-Urpf', '--kill-child', process.execPath, script('hold.mjs'), file, locking];
      const holder = run('unshare', inside);
      await holder.says('held');
      const error = await errorOf(fileLock(file, { locking }).withLock(key, nothing, waiting(0)));
      expect(error).toBeInstanceOf(LockTimeoutError);
      expect(error['holder']).toBeUndefined();
      expect(error.message).not.toMatch(/process/);
    },
  );

  test('lets a waiter go at once when its signal is aborted, and leaves nothing locked', async () => {
    const file = path();
    const lock = fileLock(file, { locking });
    const leaving = new AbortController();
    let left: Promise<unknown> = Promise.resolve();
    await lock.withLock(
      key,
      async () => {
        left = errorOf(lock.withLock(key, () => Promise.reject(new Error('it ran')), waiting(20, leaving.signal)));
        leaving.abort('gone');
        expect(await left).toBe('gone');
      },
      waiting(1),
    );
    expect(await lock.withLock(key, async () => 'free', waiting(0))).toBe('free');
    expect(leftovers(join(file, '..'))).toEqual([]);
  });

  test('lets one go whose signal is aborted while the disk takes its time with the marker', async () => {
    const [file, other] = [path(), path()];
    const lock = fileLock(file, { locking });
    const leaving = new AbortController();
    const leave = async (): Promise<unknown> => {
      const left = errorOf(lock.withLock(key, () => Promise.reject(new Error('it ran')), waiting(20, leaving.signal)));
      leaving.abort('gone');
      return left;
    };
    expect(await fileLock(other).withLock(key, leave, waiting(1))).toBe('gone');
    expect(await lock.withLock(key, async () => 'free', waiting(0))).toBe('free');
    expect(leftovers(join(file, '..'))).toEqual([]);
  });

  test('tells a waiter of the release before its next try, and lets it go when it needs the lock no more', async () => {
    const lock = fileLock(path(), { locking });
    const leaveAtRelease = async (): Promise<unknown> => {
      const leaving = new AbortController();
      const { release } = await hold(lock);
      let isReleased = false;
      const onRelease = async (): Promise<void> => {
        if (isReleased) leaving.abort('left');
      };
      const options = { ...waiting(20, leaving.signal), onRelease };
      const waiter = lock.withLock(key, async () => 'entered', options).catch((reason: unknown) => reason);
      isReleased = true;
      await release();
      return waiter;
    };
    let outcome: unknown; // a waiter that looks of itself at this very moment is not told
    for (let tries = 0; tries < 5 && outcome !== 'left'; tries++) outcome = await leaveAtRelease();
    expect(outcome).toBe('left');
    expect(await lock.withLock(key, async () => 'free', waiting(0))).toBe('free');
  });

  test('is the same lock for a storage and for fileLock, for a folder and for the file in it', async () => {
    const folder = makeFolder();
    const inside = async (): Promise<void> => {
      for (const other of [folder, `${folder}/`, join(folder, 'sso_tokens.json')]) {
        expect(await errorOf(fileLock(other, { locking }).withLock('other', nothing, waiting(0)))).toBeInstanceOf(
          LockTimeoutError,
        );
      }
    };
    await new FileTokenStorage(folder, { locking }).withLock(key, inside, waiting(1));
  });

  test('refuses the other kind before the task runs, and says what to do', async () => {
    const file = path();
    const [mine, other] = [fileLock(file, { locking }), kinds.find((kind) => kind !== locking)];
    await mine.withLock(key, nothing, waiting(1));
    let ran = false;
    const storage = new FileTokenStorage(file, { locking: other });
    const error = await errorOf(storage.withLock(key, async () => (ran = true), waiting(1)));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(error['remedy']).toContain(`locking: '${locking}'`);
    expect(error['remedy']).toContain(`delete ${file}.lock`);
    expect(ran).toBe(false);
    rmSync(`${file}.lock`);
    await storage.withLock(key, nothing, waiting(1));
    expect(await errorOf(mine.withLock(key, nothing, waiting(1)))).toBeInstanceOf(LockUnavailableError);
  });

  test('refuses a lock file that is not its own', async () => {
    const file = path();
    for (const content of ['something else\n', 'latchkey lock: other\n']) {
      writeFileSync(`${file}.lock`, content);
      expect(await errorOf(fileLock(file, { locking }).withLock(key, nothing, waiting(1)))).toBeInstanceOf(
        LockUnavailableError,
      );
      expect(readFileSync(`${file}.lock`, 'utf8')).toBe(content);
    }
  });

  test('excludes worker threads of one process', async () => {
    const file = path();
    writeFileSync(file, '0');
    const argv = [file, locking, '40'];
    const workers = [1, 2, 3].map(() => new Worker(script('count.mjs'), { argv, stdout: true, execArgv: [] }));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))));
    expect(readFileSync(file, 'utf8')).toBe('120');
  });

  test('keeps no process alive and leaves only what the next one needs', async () => {
    const file = path();
    writeFileSync(file, '0');
    const child = start('count.mjs', [file, locking, 2]);
    await child.exited;
    expect(child.lines).toEqual(['counted']);
    const left = readdirSync(join(file, '..'), { recursive: true, encoding: 'utf8' }).sort();
    const turn = locking === 'lockfile' ? ['tokens.json.lockfile', 'tokens.json.lockfile/2'] : [];
    expect(left).toEqual(['tokens.json', 'tokens.json.lock', ...turn]);
  });
});

describe('A lock of the kernel', () => {
  onLinux('is one of the whole file, since macOS has no other', async () => {
    const file = path();
    const { release } = await hold(fileLock(file, { locking: 'kernel' }));
    const { ino } = statSync(`${file}.lock`);
    const locks = readFileSync('/proc/locks', 'utf8').split('\n');
    expect(locks.filter((line) => line.includes(`:${ino} `))).toEqual([expect.stringMatching(/WRITE .* 0 EOF$/)]);
    await release();
  });

  test('is lost when its file is replaced, and keeps who waited for it out of the next one', async () => {
    const [file, other] = [path(), path()];
    const lock = fileLock(file, { locking: 'kernel' });
    const first = await hold(lock);
    expect(first.lock.signal.aborted).toBe(false);
    const late = errorOf(lock.withLock(key, () => Promise.reject(new Error('two inside')), waiting(0.4)));
    const second = await hold(fileLock(other, { locking: 'kernel' }));
    linkSync(`${other}.lock`, `${file}.held`);
    renameSync(`${file}.held`, `${file}.lock`); // at once, so that nobody comes between
    expect(first.lock.signal.aborted).toBe(true);
    await first.release();
    expect(await late).toBeInstanceOf(LockTimeoutError);
    expect(second.lock.signal.aborted).toBe(false);
    await second.release();
  });

  test('of a file that was replaced between opening and locking it is given back', async () => {
    const file = path();
    await fileLock(file, { locking: 'kernel' }).withLock(key, nothing, waiting(1));
    const marker = openMarker(`${file}.lock`, 'kernel') as Marker;
    copyFileSync(`${file}.lock`, `${file}.copy`);
    renameSync(`${file}.copy`, `${file}.lock`);
    expect(takeKernelLock(marker, `${file}.lock`)).toEqual({ holder: undefined });
  });

  const replacements: [string, (folder: string) => void][] = [
    ['a symbolic link to itself', (folder) => symlinkSync(folder, folder)],
    ['a file', (folder) => writeFileSync(folder, '')],
  ];

  test.each(replacements)('is left free by a waiter whose folder was moved away for %s', async (_, replace) => {
    const folder = join(makeFolder(), 'tokens');
    const lock = fileLock(join(folder, 'tokens.json'));
    const { release } = await hold(lock);
    const waiter = errorOf(lock.withLock(key, () => Promise.reject(new Error('it ran')), waiting(20)));
    renameSync(folder, `${folder}-moved`);
    replace(folder);
    await release();
    expect(await waiter).toBeInstanceOf(StorageUnavailableError);
    rmSync(folder);
    renameSync(`${folder}-moved`, folder);
    expect(await lock.withLock(key, async () => 'free', waiting(0))).toBe('free');
  });

  test.each(['Bun', 'Deno'])('cannot be had on %s, whose process the addon would end', async (runtime) => {
    Object.assign(globalThis, { [runtime]: {} });
    try {
      const file = path();
      const error = await errorOf(fileLock(file, { locking: 'kernel' }).withLock(key, nothing, waiting(1)));
      expect(error).toBeInstanceOf(LockUnavailableError);
      expect(error.message).toContain(runtime);
      expect(error['remedy']).toContain("locking: 'lockfile'");
      await fileLock(file).withLock(key, nothing, waiting(1));
      expect(readFileSync(`${file}.lock`, 'utf8')).toContain('lockfile');
    } finally {
      Reflect.deleteProperty(globalThis, runtime);
    }
  });

  test('cannot be had where there is no addon, which is said before the task runs and leaves no marker', async () => {
    const file = path();
    const args = ['--import', script('break-addon.mjs'), script('attempt.mjs'), file];
    const outcome = await outcomeOf(run(process.execPath, [...args, 'kernel']));
    expect(outcome).toMatchObject({ locked: { name: 'LockUnavailableError', cause: 'ERR_DLOPEN_FAILED' }, ran: false });
    expect(inspect(outcome['locked'])).toContain("locking: 'lockfile'");
    expect(outcome['files']).toEqual(['tokens.json']);
    rmSync(file);
    for (const locking of ['auto', 'lockfile']) {
      expect(await outcomeOf(run(process.execPath, [...args, locking]))).toMatchObject({ locked: 'ok', ran: true });
    }
  });

  test('cannot be had where Node is started without addons, which is told as the reason', async () => {
    const args = ['--no-addons', script('attempt.mjs'), path()];
    const outcome = await outcomeOf(run(process.execPath, [...args, 'kernel']));
    expect(outcome).toMatchObject({ locked: { name: 'LockUnavailableError' }, ran: false });
    expect(inspect(outcome['locked'])).toContain('without addons');
    expect(await outcomeOf(run(process.execPath, [...args, 'auto']))).toMatchObject({ locked: 'ok', ran: true });
  });
});
