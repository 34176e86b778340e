import { causesOf, type ErrorLike } from './error-causes.js';

const windowLength = 8;
const mostWindows = 200_000;

/**
 * Replaces each word of `text` that holds a piece of a secret, at least eight characters of it or the whole. Servers echo
 * what they were sent, whole or cut, so equality is not enough; and a passphrase is many words.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return text; // as of a lock that is waited for
  const short = new Set<string>();
  const windows = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < windowLength) short.add(secret);
    // So many at most: an answer may be full of what is called a secret, and one's own come first.
    for (let at = 0; at + windowLength <= secret.length && windows.size < mostWindows; at++) {
      windows.add(secret.slice(at, at + windowLength));
    }
  }
  short.delete(''); // which is in each URL, between two slashes
  const pieces = [...piecesIn(text, windows)];
  const isSecret = (word: string): boolean => short.has(word) || !piecesIn(word, windows).next().done;
  return text.replace(/[^\s"'<>()[\]{},;]+/g, (word, at: number) =>
    pieces.some((piece) => piece < at + word.length && at < piece + windowLength) ||
    isSecret(decode(word)) ||
    isSecret(decode(word.replaceAll('+', ' '))) ||
    word.split(/[=:&?/]/).some((part) => short.has(part))
      ? '[redacted]'
      : word,
  );
}

/** Tells where a piece of a secret begins. */
function* piecesIn(text: string, windows: ReadonlySet<string>): Generator<number> {
  for (let at = 0; at + windowLength <= text.length; at++) {
    if (windows.has(text.slice(at, at + windowLength))) yield at;
  }
}

/** Copies an error, and what caused it, without its properties, stack or secrets; what is no error becomes one. */
export function scrubError(error: unknown, secrets: readonly string[] = []): Error {
  const copies = causesOf(error).map((each) => copyOf(each, secrets));
  copies.forEach((copy, index) => {
    const cause = copies[index + 1];
    if (cause) Object.defineProperty(copy, 'cause', { value: cause });
  });
  return copies[0] ?? new Error('A value that is no Error was thrown.');
}

function copyOf({ name, message, code }: ErrorLike, secrets: readonly string[]): Error {
  const said = name === 'SyntaxError' ? message.replace(/"[^]*"/, '…') : message; // engines quote what they cannot parse
  const copy = new Error(scrub(said, secrets));
  Object.defineProperty(copy, 'name', { value: name });
  Object.defineProperty(copy, 'stack', { value: `${name}: ${copy.message}` });
  return typeof code === 'string' ? Object.assign(copy, { code: scrub(code, secrets) }) : copy;
}

/** Reads what a URL or a form encodes, even where it was cut in the middle of a character. */
function decode(word: string): string {
  return word.replace(/(?:%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
