import { statfsSync } from 'node:fs';
import { quietly } from '../file/quietly.js';

/** The file systems of Linux that live on one machine, by the number that `statfs` gives. */
const localTypes: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x5846_5342, // xfs
  0x9123_683e, // btrfs
  0x2fc1_2fc1, // zfs
  0x0102_1994, // tmpfs
  0x794c_7630, // overlay
  0x7366_746e, // ntfs
  0x5346_544e, // ntfs, the driver before
]);

/**
 * Tells whether a folder is on a file system of this machine alone, where the kernel sees all who lock. What cannot be
 * told is not: folders of a network, mirrors, what a program serves (FUSE), and all of Windows, whose types have no
 * numbers. The numbers of macOS are given out as it starts, so its own disk, which is APFS, is the measure.
 */
export function isLocalFolder(path: string): boolean {
  const type = quietly(() => statfsSync(path).type);
  if (process.platform === 'darwin') return type !== undefined && type === quietly(() => statfsSync('/').type);
  return process.platform === 'linux' && type !== undefined && localTypes.has(type);
}
