import fc from 'fast-check';
import { chatterOf, marks } from './marks.js';

/** Text of a JSON value that nobody expects where it stands. */
export const oddValue: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        'null',
        'true',
        'false',
        '""',
        '" "',
        '[]',
        '{}',
        '0',
        '-0',
        '-1',
        '1.5',
        '3600',
        '"3600"',
        '1e400',
        '-1e400',
      ],
      ...['9007199254740993', '8.64e12', '8.7e15', '"1e3"', '"NaN"', '"Infinity"', '"0x10"', '[3600]', '{"d":1}'],
      ...['{"__proto__":{"polluted":1}}', '["__proto__"]', '{"toJSON":1}', '{"then":{}}', '"\\u0000"', '"\\ud800"'],
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.integer().map(String) },
);

/** Text of a string that holds secrets. */
export function secretValue(...secrets: readonly string[]): fc.Arbitrary<string> {
  return chatterOf(...secrets).map((text) => JSON.stringify(text));
}

const anySecret = chatterOf(...Object.values(marks));

/** A value nested so deeply that what walks it by recursion ends in a stack overflow. Rare: it is slow. */
const deep: fc.Arbitrary<string> = fc
  .constantFrom(20, 400, 20_000)
  .map((depth) => '['.repeat(depth) + ']'.repeat(depth));
const huge: fc.Arbitrary<string> = fc.constantFrom(5000, 300_000).map((size) => JSON.stringify('x y'.repeat(size / 3)));
const extreme: fc.Arbitrary<string> = fc.oneof(deep, huge);

/** A field of an object: its name, and the text of its value. */
export type Field = readonly [string, string];

/** Fields that are mostly there and mostly of the right form, each from its own values. */
export function fields(known: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<readonly Field[]> {
  const names = Object.keys(known);
  return fc
    .tuple(...names.map((name) => fc.option(known[name] ?? oddValue, { freq: 3 })))
    .map((values) => values.flatMap((value, index): Field[] => (value === null ? [] : [[names[index] ?? '', value]])));
}

/** The value most of the time, else an odd one. */
export function mostly(...values: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: oddValue });
}

/** What would be inherited by whoever took it for a prototype. */
const heir = '{"access_token":"inherited","refresh_token":"inherited","issuer":"inherited"}';

/** Fields that nobody knows: names that are dangerous in JavaScript, and a secret that is nobody's business. */
export const strangers: fc.Arbitrary<readonly Field[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([] as readonly Field[]) },
  {
    weight: 2,
    arbitrary: fc.array(
      fc.tuple(
        fc.constantFrom('__proto__', 'constructor', 'toString', 'toJSON', 'then', 'hasOwnProperty', 'session', '', '0'),
        fc.oneof(oddValue, fc.constantFrom(JSON.stringify(marks.hidden), heir)),
      ),
      { maxLength: 3 },
    ),
  },
);

/** The text of an object, in a given order; a name may come twice. */
export function objectText(all: readonly Field[]): string {
  return `{${all.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Text around an object: whole, cut, with something before or after it, or no object at all. */
export function around(object: fc.Arbitrary<string>, { extremes = 1, every = 300 } = {}): fc.Arbitrary<string> {
  const cut = fc.tuple(object, fc.nat(200)).map(([text, at]) => text.slice(0, Math.max(0, text.length - 1 - at)));
  const nested = fc
    .tuple(object, extreme)
    .map(([text, value]) => `{"odd":${value}${text === '{}' ? '' : ','}${text.slice(1)}`);
  return fc.oneof(
    { weight: every, arbitrary: object },
    { weight: every / 10, arbitrary: cut },
    { weight: every / 20, arbitrary: object.map((text) => `\ufeff \n${text}\n`) },
    { weight: every / 20, arbitrary: object.map((text) => `[${text}]`) },
    { weight: every / 20, arbitrary: object.map((text) => `${text}${text}`) },
    { weight: every / 20, arbitrary: oddValue },
    { weight: every / 10, arbitrary: anySecret.map((text) => `<!doctype html><title>${text}</title>`) },
    { weight: every / 20, arbitrary: anySecret },
    { weight: extremes, arbitrary: nested },
  );
}
