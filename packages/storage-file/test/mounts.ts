import { test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { installFromDebian } from '../../core/test/scenes/debian-package.js';
import { run, start } from './child.js';
import { makeFolder, unmountLater } from './folder.js';

const sftpServer = (): string | undefined =>
  ['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server', '/usr/lib/ssh/sftp-server'].find(existsSync);

/** One folder, by two paths. */
export interface Mirrored {
  readonly native: string;
  readonly mirror: string;
}

/** The packages of Debian that each needs. */
const packages = { bindfs: ['bindfs'], sshfs: ['sshfs', 'openssh-sftp-server'], 'unionfs-fuse': ['unionfs-fuse'] };

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/dev/fuse');

/**
 * `test` where this program can mount a file system; else it says aloud what is not tested. `LATCHKEY_FULL=1` installs
 * it, or fails with what to type.
 */
export function whereMounts(program: keyof typeof packages): typeof test | typeof test.skip {
  if (canMount && !has(program) && process.env['LATCHKEY_FULL'] === '1')
    installFromDebian(program, packages[program], process.env);
  if (canMount && has(program)) return test;
  console.warn(`No test over ${program}: that needs it, root and /dev/fuse.`);
  return test.skip;
}

function has(program: string): boolean {
  if (program === 'sshfs' && sftpServer() === undefined) return false;
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function twoFolders(): Mirrored {
  const folder = makeFolder();
  const [native, mirror] = [join(folder, 'native'), join(folder, 'mirror')];
  for (const path of [native, mirror]) mkdirSync(path, { mode: 0o700 });
  return { native, mirror };
}

/** A folder and its FUSE mirror. */
export function mountBindfs(...options: string[]): Mirrored {
  const folders = twoFolders();
  execFileSync('bindfs', [...options, folders.native, folders.mirror]);
  unmountLater(folders.mirror);
  return folders;
}

/** A folder as one branch of a union, where names of one file have numbers of their own. */
export function mountUnion(): Mirrored {
  const folders = twoFolders();
  execFileSync('unionfs-fuse', [`${folders.native}=RW`, folders.mirror]);
  unmountLater(folders.mirror);
  return folders;
}

/** A folder and the same over SFTP, as another host has it. */
export async function mountSshfs(): Promise<Mirrored> {
  const folders = twoFolders();
  const bridge = start('sftp-bridge.mjs', [sftpServer() ?? '']);
  const port = (await bridge.says('port ')).slice('port '.length);
  run('sshfs', ['-f', '-o', `directport=${port}`, `127.0.0.1:${folders.native}`, folders.mirror]);
  while (!execFileSync('mount', { encoding: 'utf8' }).includes(folders.mirror))
    await new Promise((resolve) => setTimeout(resolve, 20));
  unmountLater(folders.mirror);
  return folders;
}
