import { lstatSync, type Stats } from 'node:fs';

/** Tells whether an open file, whose state this is, is still the one that others find at `path`. */
export function isFileAt(own: Stats, path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.ino === own.ino && found.dev === own.dev;
}

/**
 * Tells whether two looks saw the same content, as far as can be told without reading it. The file's number does not tell:
 * some mirrors give another one after a rename, or at each look, and a time whose last digits differ.
 */
export function isSameState(one: Stats, other: Stats): boolean {
  return one.size === other.size && Math.abs(one.mtimeMs - other.mtimeMs) < 10;
}
