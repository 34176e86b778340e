import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { quietly } from './quietly.js';

/** Checks a path that a caller gave, and makes it independent of the working directory. No I/O. */
export function parsePath(path: string): { readonly path: string; readonly endsInSeparator: boolean } {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('The path of a token file must be a non-empty string without NUL.');
  }
  if (/^~($|[/\\])/.test(path)) {
    throw new TypeError(
      "The path of a token file begins with '~', which only a shell replaces. Join os.homedir() and the rest.",
    );
  }
  return { path: resolve(path), endsInSeparator: path.endsWith('/') || path.endsWith(sep) };
}

/**
 * Finds the token file that a path means: the file itself, or `sso_tokens.json` inside a folder. Symbolic links
 * are resolved in the folders, never in the file's own name, so all spellings of a place give one path.
 */
export function tokenFileAt({ path, endsInSeparator }: ReturnType<typeof parsePath>): string {
  const isFolder = endsInSeparator || quietly(() => statSync(path).isDirectory()) === true;
  return isFolder ? join(realFolder(path), 'sso_tokens.json') : join(realFolder(dirname(path)), basename(path));
}

/** Resolves symbolic links; what does not exist yet, or may not be looked at, is taken as it is written. */
export function realFolder(path: string): string {
  const real = quietly(() => realpathSync.native(path));
  const parent = dirname(path);
  return real ?? (parent === path ? path : join(realFolder(parent), basename(path)));
}
