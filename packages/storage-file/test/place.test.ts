import { describe, expect, test } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { key, overwriting, someTokens } from './some.js';

const isRoot = process.getuid?.() === 0;
if (!isRoot || process.platform !== 'linux') console.warn('Left out: mounts and owners; run as root on Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip;
const asRoot = isRoot ? test : test.skip;

/** Runs attempt.mjs on `$1/tokens.json` after `prepare`, in a mount namespace of its own. */
async function attemptMounted(prepare: string, folder: string, steps: string[]): Promise<Record<string, unknown>> {
  const command = `${prepare} && exec "$2" "$3" "$1/tokens.json" kernel mounted ${steps.join(' ')}`;
  const child: Child = run('unshare', [
    isRoot ? '-m' : '-rm',
    ...['sh', '-c', command, 'sh', folder, process.execPath, script('attempt.mjs')],
  ]);
  const outcome = await outcomeOf(child).catch(() => undefined);
  if (outcome?.['mounted'] === true) return outcome;
  const remedy = 'on Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
  throw new Error(`This test mounts a file system: run it as root, or where \`unshare -rm\` is allowed; ${remedy}`);
}

describe('FileTokenStorage, in a place that cannot be written,', () => {
  onLinux(
    'fails before the task runs when the disk is full, keeps the old record, and goes on when there is space',
    async () => {
      const mount = 'mount -t tmpfs -o size=256k,mode=0700 tmpfs "$1"';
      const outcome = await attemptMounted(mount, makeFolder(), ['first', 'fill']);
      const failure = { name: 'StorageUnavailableError', retryable: true, cause: 'ENOSPC' };
      expect(outcome).toMatchObject({ loaded: 'ok', locked: failure, saved: failure, ran: false, generation: 1 });
      expect(outcome['files']).toEqual(expect.not.arrayContaining([expect.stringMatching(/\.tmp$/)]));
      expect(outcome['afterwards']).toBe('ok');
      expect(JSON.stringify(outcome)).not.toContain('secret');
      expect(JSON.stringify(outcome['locked'])).toContain('Free space');
    },
  );

  test('fails before the task runs where this process may not write a file of that size, and names the limit', async () => {
    const args = [process.execPath, script('attempt.mjs'), join(makeFolder(), 'tokens.json'), 'lockfile'];
    const outcome = await outcomeOf(run('sh', ['-c', 'ulimit -f 16; exec "$@"', 'sh', ...args]));
    expect(outcome).toMatchObject({ locked: { retryable: true, cause: 'EFBIG' }, saved: 'ok', ran: false });
    expect(JSON.stringify(outcome['locked'])).toContain('ulimit -f');
  });

  test('says what is not there where that is the drive itself', async () => {
    const told = { name: 'StorageUnavailableError', message: '/: is not there, or its folder is not (ENOENT).' };
    expect(await outcomeOf(start('missing-drive.mjs', []))).toEqual({ locked: told, saved: told });
  });

  onLinux('fails before the task runs on a read-only file system', async () => {
    const folder = makeFolder();
    await new FileTokenStorage(join(folder, 'tokens.json')).save('ada', someTokens(1, 'ada'), overwriting);
    const outcome = await attemptMounted('mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"', folder, []);
    const failure = { name: 'StorageUnavailableError', retryable: false, cause: 'EROFS' };
    expect(outcome).toMatchObject({ loaded: 'ok', locked: failure, saved: failure, ran: false, generation: 1 });
  });

  onLinux('fails before the task runs when the file is mounted by itself, so that it cannot be replaced', async () => {
    const folder = makeFolder();
    await new FileTokenStorage(join(folder, 'tokens.json')).save('ada', someTokens(1, 'ada'), overwriting);
    const outcome = await attemptMounted('mount --bind "$1/tokens.json" "$1/tokens.json"', folder, []);
    expect(outcome).toMatchObject({ locked: { name: 'StorageUnavailableError', retryable: false }, ran: false });
    expect(outcome).toMatchObject({ saved: { cause: 'EBUSY' }, generation: 1 });
  });

  test('fails before the task runs in a folder that this user may not write', async () => {
    const folder = makeFolder();
    if (isRoot) chownSync(folder, 65534, 65534);
    const user = isRoot ? { uid: 65534, gid: 65534 } : {};
    const child = start('attempt.mjs', [join(folder, 'tokens.json'), 'kernel', 'first', 'close-folder'], user);
    const outcome = await outcomeOf(child);
    chmodSync(folder, 0o700);
    const failure = { name: 'StorageUnavailableError', retryable: false, cause: 'EACCES' };
    expect(outcome).toMatchObject({ loaded: 'ok', locked: failure, saved: failure, ran: false, generation: 1 });
    expect(leftovers(folder)).toEqual([]);
  });

  asRoot('refuses the file of another user, even one that it can read', async () => {
    const folder = makeFolder();
    chmodSync(folder, 0o777);
    const path = join(folder, 'tokens.json');
    writeFileSync(path, JSON.stringify(someTokens(1, 'ada')));
    chmodSync(path, 0o644);
    const outcome = await outcomeOf(start('attempt.mjs', [path, 'kernel'], { uid: 65534, gid: 65534 }));
    const failure = { name: 'StorageUnavailableError', retryable: false };
    expect(outcome).toMatchObject({ loaded: failure, locked: failure, saved: failure, ran: false });
    expect(JSON.stringify(outcome)).toContain('belongs to user 0');
    expect(readFileSync(path, 'utf8')).toContain('rt-1');
  });

  test('reads all the same where a file cannot be closed, and fails by an error of its own where that was written', async () => {
    const storage = new FileTokenStorage(join(makeFolder(), 'tokens.json'));
    await storage.save('ada', someTokens(1, 'ada'), overwriting);
    const args = ['--import', script('failing-close.mjs'), script('attempt.mjs'), storage.id, 'auto'];
    const failure = { name: 'StorageUnavailableError', retryable: true, cause: 'EIO' };
    const outcome = await outcomeOf(run(process.execPath, args));
    expect(outcome).toMatchObject({ loaded: 'ok', locked: failure, saved: failure, generation: 1 });
  });

  test.each([
    [1, 5],
    [9, 'STORAGE_UNAVAILABLE'],
  ])('takes a record for absent by no other answer than that (gone while open: %i times)', async (times, outcome) => {
    const storage = new FileTokenStorage(join(makeFolder(), 'tokens.json'));
    await storage.save('ada', someTokens(5, 'ada'), overwriting);
    expect(await outcomeOf(start('replaced.mjs', [storage.id, times]))).toEqual({ outcome });
  });

  test('takes a place for empty whose folders do not exist, and creates none by looking', async () => {
    const folder = join(makeFolder(), 'none');
    expect(await new FileTokenStorage(join(folder, 'deep', 'tokens.json')).load(key)).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
  });
});
