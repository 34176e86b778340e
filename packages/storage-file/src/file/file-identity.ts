import { fstatSync, lstatSync, type Stats } from 'node:fs';

/** Tells whether the open file is still the one that others find at `path`. */
export function isFileAt(fd: number, path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const own = fstatSync(fd);
  return found !== undefined && found.ino === own.ino && found.dev === own.dev;
}

/** Tells whether two looks saw the same content, as far as can be told without reading it. */
export function isSameState(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.size === other.size && one.mtimeMs === other.mtimeMs;
}
