import { readFile } from 'node:fs/promises';
import { CredentialsFileError } from '../../errors/index.js';
import { isErrorLike } from '../../errors/error-causes.js';
import { scrubError } from '../../errors/scrub.js';

/** Returns the path of a file. @throws TypeError for one that is no path, or that only a shell understands */
export function checkPath(path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('The path of a file must be a non-empty string without NUL.');
  }
  if (!/^~($|[/\\])/.test(path)) return path;
  throw new TypeError(`The path ${path} begins with '~', which only a shell replaces. Join os.homedir() and the rest.`);
}

/**
 * Reads a file as UTF-8, without its byte order mark; `undefined` when there is none.
 *
 * @throws TypeError as `checkPath`; CredentialsFileError when it cannot be read, or is in another encoding
 */
export async function readTextFile(path: string): Promise<string | undefined> {
  checkPath(path);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = isErrorLike(error) ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw new CredentialsFileError(path, `it cannot be read (${String(code)})`, {
      code: 'CREDENTIALS_FILE_UNREADABLE',
      remedy: 'Check that the path is a file and that this user may read it.',
      cause: scrubError(error),
    });
  }
  const text = bytes.toString('utf8');
  // As strict as a TextDecoder that is `fatal`, which takes Node two milliseconds at its first use.
  if (!Buffer.from(text).equals(bytes)) throw malformed(path, 'its text is not in UTF-8');
  return text.replace(/^\uFEFF/, '');
}

/** Says that a file does not follow its format; `reason` must not repeat what the file holds. */
export function malformed(path: string, reason: string): CredentialsFileError {
  return new CredentialsFileError(path, reason, { code: 'CREDENTIALS_FILE_MALFORMED' });
}
