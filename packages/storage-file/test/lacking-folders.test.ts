import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, type SpawnOptions } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installFromDebian } from '../../core/test/scenes/debian-package.js';
import { outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { someTokens } from './some.js';

const { EACCES, EISDIR, ENOSYS, EOPNOTSUPP, EPERM } = constants.errno;
const isLinux = process.platform === 'linux';
if (isLinux && process.env['LATCHKEY_FULL'] === '1' && !hasCompiler())
  installFromDebian('a C compiler', ['gcc', 'libc6-dev'], process.env);
const canCompile = isLinux && hasCompiler();
if (!canCompile)
  console.warn('No test of folders without hard links, locks or quota: that needs Linux and a C compiler (cc).');
const emulated = canCompile ? test : test.skip;

function hasCompiler(): boolean {
  try {
    return execFileSync('cc', ['--version']).length > 0;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-lacking-'));
const library = join(folder, 'no-links.so');
beforeAll(() => {
  for (const name of canCompile ? ['no-links', 'no-locks', 'failing-calls'] : []) {
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, `${name}.so`), script(`${name}.c`), '-ldl']);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** How programs are started for which the file system has no hard links. */
const without = (errno: number = EPERM): SpawnOptions => ({
  env: { ...process.env, LD_PRELOAD: library, NO_LINKS: String(errno) },
});

describe('A folder without hard links', () => {
  emulated.each([EPERM, EACCES, EOPNOTSUPP, ENOSYS, EISDIR])(
    'has a lock file as its lock (errno %i)',
    async (errno) => {
      const file = join(makeFolder(), 'tokens.json');
      const outcome = await outcomeOf(start('attempt.mjs', [file, 'auto', 'first'], without(errno)));
      expect(outcome).toMatchObject({ loaded: 'ok', locked: 'ok', saved: 'ok', ran: true });
      expect(readFileSync(`${file}.lock`, 'utf8')).toContain('latchkey lock: lockfile');
      expect(leftovers(join(file, '..'))).toEqual([]);
      const asked = await outcomeOf(start('attempt.mjs', [file, 'lockfile'], without(errno)));
      expect(asked).toMatchObject({ locked: 'ok', ran: true });
    },
  );

  emulated('has no lock of the kernel, which is told of the folder and not of the user', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const outcome = await outcomeOf(start('attempt.mjs', [file, 'kernel'], without()));
    expect(outcome).toMatchObject({ locked: { name: 'LockUnavailableError', retryable: false }, ran: false });
    expect(JSON.stringify(outcome['locked'])).toMatch(/has no hard links/);
    expect(JSON.stringify(outcome['locked'])).not.toMatch(/this user/);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  emulated(
    'keeps processes apart that add to one number, killed ones too',
    async () => {
      const file = join(makeFolder(), 'number');
      writeFileSync(file, '0');
      const counters = Array.from({ length: 4 }, () => start('count.mjs', [file, 'auto', 30], without()));
      const holder = start('hold.mjs', [file, 'auto'], without());
      await holder.says('held');
      await holder.kill();
      await Promise.all(counters.map((counter) => counter.says('counted')));
      expect(readFileSync(file, 'utf8')).toBe('120');
    },
    60_000,
  );

  emulated('gets a good record back that came between the look and the move of a torn one', async () => {
    const path = join(makeFolder(), 'tokens.json');
    writeFileSync(path, 'torn', { mode: 0o600 });
    const good = join(makeFolder(), 'good');
    writeFileSync(good, JSON.stringify(someTokens(8, 'ada')), { mode: 0o600 });
    copyFileSync(good, `${good}-kept`);
    const args = [script('meddle.mjs'), path, 'renameSync', '\\.corrupt-', path, good];
    const outcome = await outcomeOf(run(process.execPath, args, without()));
    expect(outcome).toMatchObject({ done: true, generation: 8 });
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(`${good}-kept`, 'utf8'));
  });
});

describe('A folder whose lock service does not answer', () => {
  emulated('is told of as that, with what to do', async () => {
    const file = join(makeFolder(), 'tokens.json');
    const lacking = { env: { ...process.env, LD_PRELOAD: join(folder, 'no-locks.so') } };
    const outcome = await outcomeOf(start('attempt.mjs', [file, 'auto'], lacking));
    const failure = { name: 'LockUnavailableError', retryable: false, cause: 'ENOLCK' };
    expect(outcome).toMatchObject({ locked: failure, ran: false });
    expect(JSON.stringify(outcome['locked'])).toMatch(/lock service does not answer.*\(ENOLCK\).*locking: 'lockfile'/);
    expect((await outcomeOf(start('attempt.mjs', [`${file}2`, 'lockfile'], lacking)))['locked']).toBe('ok');
  });
});

describe('A failure of the system that libuv has no name for', () => {
  const failing = (failure: object): SpawnOptions => ({
    env: { ...process.env, LD_PRELOAD: join(folder, 'failing-calls.so'), ...failure },
  });
  const { EDQUOT, ESTALE } = constants.errno;
  const nameless = 117; // EUCLEAN of Linux, for which Node has no name either

  emulated.each([
    ['that the quota is used up', EDQUOT, /there is no space left \(EDQUOT\)/, /raise the quota/],
    ['that the disk is damaged', nameless, /cannot be read or written \(E117\)/, /./],
  ])('is told of as an outage, before the task runs: %s', async (_, errno, message, remedy) => {
    for (const locking of ['kernel', 'lockfile']) {
      const file = join(makeFolder(), 'tokens.json');
      const outcome = await outcomeOf(start('attempt.mjs', [file, locking], failing({ WRITES: String(errno) })));
      const failure = { name: 'StorageUnavailableError', retryable: true, message: expect.stringMatching(message) };
      expect(outcome).toMatchObject({ locked: failure, saved: failure, ran: false, files: [] });
      expect(outcome['locked']).toMatchObject({ remedy: expect.stringMatching(remedy) });
      expect(JSON.stringify(outcome)).not.toContain('secret');
    }
  });

  emulated('is no failure where a file was replaced on another host while it was read (ESTALE)', async () => {
    const file = join(makeFolder(), 'tokens.json');
    await outcomeOf(start('attempt.mjs', [file, 'auto', 'first']));
    const outcome = await outcomeOf(start('attempt.mjs', [file, 'auto'], failing({ READ: String(ESTALE) })));
    expect(outcome).toMatchObject({ loaded: 'ok', locked: 'ok', saved: 'ok' });
  });
});
