import { describe, test } from '@jest/globals';
import { AuthFlowError, AuthorizationCodeFlow, RedirectError } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import fc from 'fast-check';
import { callbackParameters, readCallback } from '../../dist/grants/authorization-callback.js';
import { answerCallback } from '../../dist/node/login/callback-answer.js';
import { callbackPage } from '../../src/node/login/callback-pages.js';
import { pastedCallback } from '../../dist/node/login/pasted-callback.js';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { chatterOf, expectNoSecret, marks, shown, told } from './marks.js';

const issuer = 'https://as.example';
const redirectUri = 'https://app.example/callback';
const state = { state: marks.state, codeVerifier: marks.verifier, redirectUri };
const chatter = chatterOf(marks.state);

type Pair = readonly [name: string, value: string];
const usually = (...values: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.oneof(chatter, fc.constant('')) },
  );
const pair = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Pair> => fc.tuple(fc.constant(name), value);
const lot = fc.constantFrom('%', '&', '=', '+', '?', '#', 'code=', '%F0').map((text) => text.repeat(20_000));
const stranger = fc.tuple(fc.constantFrom('session_state', '__proto__', 'toString', 'CODE', '', 'a[b]'), chatter);
const known = fc.oneof(
  { weight: 3, arbitrary: pair('state', usually(marks.state)) },
  { weight: 3, arbitrary: pair('code', usually(marks.code)) },
  { weight: 2, arbitrary: pair('iss', usually(issuer, issuer, `${issuer}/`, 'https://evil.example')) },
  { weight: 1, arbitrary: pair('error', usually('access_denied', 'login_required')) },
  { weight: 1, arbitrary: pair('error_description', chatter) },
  { weight: 1, arbitrary: stranger },
);
const echoed = chatterOf(marks.code, marks.state).map((text): Pair[] => [
  ['code', marks.code],
  ['error', text],
  ['error_description', `no: ${text}`],
]);
const right: readonly Pair[] = [
  ['state', marks.state],
  ['code', marks.code],
];
const pairs = fc.oneof(
  fc.array(known, { maxLength: 6 }),
  fc
    .tuple(fc.array(stranger, { maxLength: 2 }), fc.array(stranger, { maxLength: 2 }))
    .map(([a, b]) => [...a, ...right, ...b]),
  fc.array(known, { maxLength: 2 }).map((more) => [...more, ...right]),
  fc
    .tuple(fc.array(known, { maxLength: 2 }), echoed)
    .map((parts) => [...parts.flat(), ['state', marks.state] as const]),
);
const written = pairs.map((all) => new URLSearchParams(all.map(([name, value]) => [name, value])).toString());
const urls = fc.oneof(
  {
    weight: 200,
    arbitrary: fc
      .tuple(
        fc.constantFrom(`${redirectUri}?`, '/callback?', '', '?', 'x://y?'),
        written,
        fc.constantFrom('', '', '#', '#state=x'),
      )
      .map((parts) => parts.join('')),
  },
  { weight: 20, arbitrary: chatter },
  { weight: 20, arbitrary: fc.tuple(written, fc.nat(30)).map(([text, cut]) => `?${text.slice(0, text.length - cut)}`) },
  { weight: 1, arbitrary: fc.tuple(written, lot).map((parts) => `?${parts.join('&x=')}`) },
);

/** Says whether a redirect is good, by nothing but `URLSearchParams`. */
function codeIn(url: string): string | undefined {
  const query = (url.includes('?') ? url.slice(url.indexOf('?') + 1) : url).split('#', 1)[0];
  const found = new URLSearchParams(query);
  const only = (name: string): string | undefined => {
    const values = found.getAll(name);
    return values.length === 1 && values[0] !== '' ? values[0] : undefined;
  };
  const isOurs = only('state') === marks.state && [undefined, issuer].includes(only('iss'));
  return isOurs && only('error') === undefined ? only('code') : undefined;
}

function expectSame(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${String(found)} was found, not ${String(expected)}`);
}

function reading(url: string): string {
  try {
    const expected = { state: marks.state, issuer: { name: issuer, isPromised: false } };
    expectSame(readCallback(callbackParameters(url), expected), codeIn(url));
    return 'a code';
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    expectNoSecret(told(error));
    expectSame(codeIn(url), undefined);
    return error.code;
  }
}

function listening(url: string): string {
  const seen = { method: 'GET', target: url, host: '127.0.0.1:80' };
  const answer = answerCallback(seen, { path: '/callback', port: 80, used: false });
  if (answer.accepted === 'entry') throw new Error('There is no way in.');
  expectNoSecret(callbackPage(answer.accepted ?? answer.page, 'a program'));
  return answer.accepted ?? `status ${answer.status}`;
}

const authorizationUrl = new URL(`${issuer}/authorize?state=${marks.state}`);

function pasting(text: string): string {
  const url = pastedCallback(text, redirectUri, authorizationUrl);
  const isUrl = /^https?:/i.test(text) || text.startsWith(redirectUri);
  if (isUrl) return reading(url);
  return text === '' ? 'nothing' : `a bare code: ${reading(url)}`;
}

async function completing(url: string): Promise<string> {
  const sent: string[] = [];
  const flow = new AuthorizationCodeFlow({
    server: { issuer, tokenEndpoint: `${issuer}/token`, authorizationEndpoint: `${issuer}/authorize` },
    clientId: 'client',
    clientSecret: marks.clientSecret,
    clock: new TestClock({ autoAdvance: true }),
    fetch: (_url, init) => {
      sent.push(new URLSearchParams(init?.body as string).get('code') ?? '');
      return Promise.resolve(Response.json({ access_token: marks.newAccess, token_type: 'Bearer' }));
    },
  });
  try {
    const tokens = await flow.completeAuthorization(url, state);
    expectSame(tokens.accessToken, marks.newAccess);
    expectSame(sent.join(), codeIn(url));
    return 'tokens';
  } catch (error) {
    if (!(error instanceof AuthFlowError)) throw error;
    expectNoSecret(shown(error));
    expectSame(sent.length, 0);
    expectSame(codeIn(url), undefined);
    return error.code;
  }
}

const outcomes = ['STATE_MISMATCH', 'ISSUER_MISMATCH', 'AUTHORIZATION_REFUSED', 'AUTHORIZATION_CODE_MISSING'];

describe('any redirect', () => {
  const surfaces: [string, (url: string) => string | Promise<string>, string[], number][] = [
    ['is taken for a code only with the state of this login', reading, ['a code', ...outcomes], 1],
    [
      'is answered by the loopback listener with a page that repeats nothing',
      listening,
      ['received', 'declined', 'status 400', 'status 404'],
      1 / 4,
    ],
    ['may be pasted', pasting, ['a code', 'a bare code: a code'], 1 / 4],
    // A whole flow takes about a millisecond, so it gets a smaller share.
    ['is redeemed once, with its own code', completing, ['tokens', ...outcomes], 1 / 20],
  ];
  test.each(surfaces)(
    '%s',
    async (name, outcomeOf, expected, share) => {
      const rare = expected.includes('STATE_MISMATCH') ? ['AUTHORIZATION_DENIED'] : [];
      expectKinds(await fuzz(`redirects: ${name}`, urls, outcomeOf, { share }), expected, rare);
    },
    patience,
  );
});
