import { describe, test } from '@jest/globals';
import { explainResponse, UnauthenticatedError, UnauthorizedError } from '@latchkey/core';
import fc from 'fast-check';
import { noteSentTokens } from '../../dist/fetch/explain-response.js';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { chatterOf, expectNoSecret, marks, told } from './marks.js';

const codes = ['invalid_token', 'insufficient_scope', 'expired', 'use_dpop_nonce'];
const headerText = (text: string): string => text.replace(/[^\x20-\x7e\x80-\xff]/g, ' ');
const echo = chatterOf(marks.oldAccess).map(headerText);
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

const parameter = fc.oneof(
  fc.constantFrom(...codes).map((code) => `error="${code}"`),
  echo.map((text) => `error_description=${quote(text)}`),
  echo.map((text) => `error=${quote(text)}`),
  fc
    .tuple(fc.constantFrom('scope', 'realm', '__proto__', 'ERROR', 'constructor'), echo)
    .map(([name, text]) => `${name} = ${quote(text)}`),
);
const scheme = fc.constantFrom('Bearer', 'bearer', 'DPoP', 'Basic', 'Negotiate YWJj==', 'X');
const challenge = fc
  .tuple(scheme, fc.array(parameter, { maxLength: 4 }), fc.constantFrom(', ', ',', ' , '))
  .map(([name, parameters, comma]) => `${name} ${parameters.join(comma)}`);
const bit = fc.oneof(fc.constantFrom('Bearer', 'error=', '"', '\\', '=', ',', ' ', '\t', '/', '==', 'a'), echo);
const repeated = fc
  .tuple(bit, fc.constantFrom(1, 10, 10, 100, 20_000), bit)
  .map(([text, times, end]) => `Bearer x${text.repeat(Math.min(times, 100_000 / (text.length + 1)))}${end}`);

/** A header that may be anything, and the header that an API meant, with something else around it. */
const headers = fc.oneof(
  { weight: 60, arbitrary: fc.array(challenge, { maxLength: 3 }).map((all) => all.join(', ')) },
  { weight: 30, arbitrary: fc.array(bit, { maxLength: 20 }).map((bits) => bits.join('')) },
  { weight: 1, arbitrary: repeated },
);
const around = fc.constantFrom('', 'Basic realm="a, Bearer b", ', 'Negotiate, ', 'X a=b , , ', 'Negotiate YWJj==, ');
const meant = fc.tuple(around, fc.constantFrom(...codes), echo);
const refusals = fc.tuple(fc.constantFrom(401, 401, 403, 200), fc.oneof(headers, meant));

function outcomeOf([status, written]: readonly [number, string | readonly [string, string, string]]): string {
  const isMeant = typeof written !== 'string';
  const header = isMeant
    ? `${written[0]}Bearer error="${written[1]}", error_description=${quote(written[2])}`
    : written;
  const response = new Response(null, { status, headers: { 'www-authenticate': headerText(header) } });
  noteSentTokens(response, [marks.oldAccess]);
  const problem = explainResponse(response);
  if (problem === undefined) return expectRefusal(status === 200, 'nothing was said');
  expectNoSecret(told(problem) + String(problem.error) + String(problem.errorDescription));
  if (isMeant) expectRefusal(problem.error === written[1], `the error is ${String(problem.error)}`);
  expectRefusal(
    (problem.errorDescription?.length ?? 0) <= 500 + '[redacted]'.length * 100,
    'the description has no end',
  );
  if (!(problem instanceof UnauthorizedError) && !(problem instanceof UnauthenticatedError))
    throw new Error('another error');
  return `${problem.code}${problem.error === undefined ? ', unexplained' : ''}`;
}

function expectRefusal(isRight: boolean, what: string): string {
  if (!isRight) throw new Error(what);
  return 'no refusal';
}

describe('any WWW-Authenticate header', () => {
  test(
    'is read without an exception, and its error is found whatever stands before it',
    async () => {
      const kinds = await fuzz('WWW-Authenticate headers', refusals, outcomeOf);
      expectKinds(kinds, [
        ...['no refusal', 'UNAUTHENTICATED', 'UNAUTHENTICATED, unexplained', 'UNAUTHORIZED', 'INSUFFICIENT_SCOPE'],
        'UNAUTHORIZED, unexplained',
      ]);
    },
    patience,
  );
});
