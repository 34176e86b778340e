import { test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, start } from './child.js';
import { makeFolder, unmountLater } from './folder.js';

const sftpServer = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
].find((path) => existsSync(path));

/** One folder, by two paths. */
export interface Mirrored {
  readonly native: string;
  readonly mirror: string;
}

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const canMount = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/dev/fuse');

/** `test` where these programs can mount a file system; else it says aloud what is not tested. */
export function whereMounts(...programs: string[]): typeof test | typeof test.skip {
  if (canMount && programs.every(has)) return test;
  console.warn(`No test over ${programs.join(', ')}: that needs them, root and /dev/fuse.`);
  return test.skip;
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
  const bridge = start('sftp-bridge.mjs', [sftpServer ?? '']);
  const port = (await bridge.says('port ')).slice('port '.length);
  run('sshfs', ['-f', '-o', `directport=${port}`, `127.0.0.1:${folders.native}`, folders.mirror]);
  while (!execFileSync('mount', { encoding: 'utf8' }).includes(folders.mirror))
    await new Promise((resolve) => setTimeout(resolve, 20));
  unmountLater(folders.mirror);
  return folders;
}
