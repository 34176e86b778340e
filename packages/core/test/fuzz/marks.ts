import { inspect } from 'node:util';
import fc from 'fast-check';

/**
 * Secrets that are told from all other text: they consist of groups such as `Qx7`, so that one search over a text finds
 * where a piece may be.
 */
export const marks = {
  clientSecret: makeMark(1),
  oldAccess: makeMark(2),
  oldRefresh: makeMark(3),
  newAccess: makeMark(4),
  newRefresh: makeMark(5),
  newId: makeMark(6),
  hidden: makeMark(7),
  state: makeMark(8),
  code: makeMark(9),
  verifier: makeMark(10),
} as const;

const all = Object.values(marks);
const windowLength = 8;
const windows = new Set(all.flatMap((mark) => windowsOf(mark)));
/** The client's Basic header, without its scheme. */
export const basic = btoa(`client:${marks.clientSecret}`);

/** Pieces of some secrets, as a server may echo them: never shorter than what is recognised. */
function piecesOf(...secrets: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...secrets), fc.nat(12), fc.nat(18))
    .map(([secret, start, cut]) => secret.slice(start, Math.max(start + windowLength, secret.length - cut)));
}

/** Text that holds some secrets, whole or cut, in URLs, quotes and brackets. */
export function chatterOf(...secrets: readonly string[]): fc.Arbitrary<string> {
  const glue = fc.constantFrom(
    ' ',
    ' ',
    '=',
    '&',
    ':',
    '"',
    '\n',
    '\u0000',
    '(',
    '%',
    '%zz',
    'ü',
    '\ud800',
    '%2F',
    'at ',
  );
  const noise = fc.string({ unit: 'binary', maxLength: 6 });
  return fc
    .array(fc.oneof({ weight: 2, arbitrary: piecesOf(...secrets) }, { weight: 3, arbitrary: glue }, noise), {
      maxLength: 6,
    })
    .map((parts) => parts.join(''));
}

/** What an error and its causes say, without what `util.inspect` adds: for surfaces that are fast. */
export function told(value: unknown): string {
  const texts: string[] = [];
  let error = value;
  for (let depth = 0; error instanceof Error && depth < 12; depth++) {
    texts.push(error.message, error.stack ?? '', JSON.stringify({ ...error }), String(error));
    error = error.cause;
  }
  return texts.join('\n');
}

/** All that a program could print of a value. */
export function shown(value: unknown): string {
  return `${inspect(value, { depth: 10, showHidden: true, maxStringLength: null })}\n${told(value)}`;
}

/** Throws when eight characters of a secret are in a text. */
export function expectNoSecret(text: string): void {
  for (const run of text.match(/[QXJZqxjz\d]{8,}/g) ?? []) {
    for (const found of windowsOf(run)) {
      if (windows.has(found)) throw new Error(`"${found}", of a secret, is in:\n${text}`);
    }
  }
  for (let at = 8; at + windowLength <= basic.length; at += windowLength) {
    if (text.includes(basic.slice(at, at + windowLength))) throw new Error(`The Basic header is in:\n${text}`);
  }
}

function windowsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - windowLength + 1) }, (_, at) =>
    text.slice(at, at + windowLength),
  );
}

function makeMark(number: number): string {
  let state = number * 2_654_435_761;
  const pick = (from: string): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from.charAt((state >>> 16) % from.length);
  };
  return Array.from({ length: 10 }, () => pick('QXJZ') + pick('qxjz') + pick('0123456789')).join('');
}
