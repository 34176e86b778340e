import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { quietly } from './quietly.js';
import { codeOf } from './storage-fault.js';

/** Where tokens are, said by name: a file, or a folder for `sso_tokens.json` inside. @group Files */
export type FilePlace =
  { readonly file: string; readonly folder?: undefined } | { readonly folder: string; readonly file?: undefined };

/** A place that has been checked; its path does not depend on the working directory. */
export interface ParsedPlace {
  readonly path: string;
  /** `undefined` where what is there decides. */
  readonly kind: 'file' | 'folder' | undefined;
}

/** Checks a place that a caller gave. No I/O. @throws TypeError */
export function parsePlace(place: string | FilePlace): ParsedPlace {
  if (typeof place === 'string') {
    const path = checkPath(place);
    return { path: resolve(path), kind: endsInSeparator(path) ? 'folder' : undefined };
  }
  const { file, folder } = Object(place) as { readonly file?: string; readonly folder?: string };
  if (file !== undefined && folder !== undefined) throw new TypeError('file and folder are given: leave one.');
  if (folder !== undefined) return { path: resolve(checkPath(folder)), kind: 'folder' };
  const path = checkPath(file);
  if (endsInSeparator(path)) throw new TypeError(`file ends in '${path.at(-1)}', as a folder does: give it as folder.`);
  return { path: resolve(path), kind: 'file' };
}

function endsInSeparator(path: string): boolean {
  return path.endsWith('/') || path.endsWith(sep);
}

function checkPath(path: unknown): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('The path of a token file must be a non-empty string without NUL.');
  }
  if (/^~($|[/\\])/.test(path)) {
    throw new TypeError(
      "The path of a token file begins with '~', which only a shell replaces. Join os.homedir() and the rest.",
    );
  }
  return path;
}

/**
 * Finds the token file that a place means, once: the file itself, or `sso_tokens.json` inside a folder. Symbolic links
 * are resolved in the folders, never in the file's own name, so all spellings of a place give one path. What cannot be looked
 * at now is taken for a file, and looked at again the next time.
 */
export function tokenFileOf({ path, kind: given }: ParsedPlace): () => string {
  let found: string | undefined;
  return () => {
    if (found !== undefined) return found;
    const kind = given ?? kindOf(path);
    const isFolder = kind === 'folder';
    const file = isFolder ? join(realFolder(path), 'sso_tokens.json') : join(realFolder(dirname(path)), basename(path));
    if (kind !== undefined) found = file;
    return file;
  };
}

/** `undefined` where it cannot be told. */
function kindOf(path: string): ParsedPlace['kind'] {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'file' : undefined;
  }
}

/** Resolves symbolic links; what does not exist yet, or may not be looked at, is taken as it is written. */
export function realFolder(path: string): string {
  const real = quietly(() => realpathSync.native(path));
  const parent = dirname(path);
  return real ?? (parent === path ? path : join(realFolder(parent), basename(path)));
}
