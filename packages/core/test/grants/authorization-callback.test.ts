import { describe, expect, test } from '@jest/globals';
import { AuthorizationError } from '@latchkey/core';
import { callbackParameters, readCallback } from '../../dist/grants/authorization-callback.js';

const name = 'https://login.example';
const iss = `iss=${encodeURIComponent(name)}`;
const [named, promised, unnamed] = [
  { name, isPromised: false },
  { name, isPromised: true },
  { name: undefined, isPromised: false },
];

const read = (query: string, issuer: typeof unnamed | typeof named = named, state: string | undefined = 's'): string =>
  readCallback(callbackParameters(`/callback?${query}`), { state, issuer });

describe('a redirect', () => {
  test.each([
    ['of a server that never names itself', 'state=s&code=c', named],
    ['of one that names itself', `state=s&code=c&${iss}`, named],
    ['of one that promised to', `state=s&code=c&${iss}`, promised],
    ['of one whose name is not known', `state=s&code=c&${iss}`, unnamed],
    ['with a fragment', 'state=s&code=c#_=_', named],
    ['with an empty error', 'state=s&code=c&error=', named],
  ])('%s brings its code', (_what, query, issuer) => {
    expect(read(query, issuer)).toBe('c');
  });

  test.each([
    ['no state', 'code=c', named, 'STATE_MISMATCH'],
    ['another state', 'state=t&code=c', named, 'STATE_MISMATCH'],
    ['the state twice', 'state=s&state=s&code=c', named, 'STATE_MISMATCH'],
    ['another issuer', 'state=s&code=c&iss=https%3A%2F%2Fevil.example', named, 'ISSUER_MISMATCH'],
    ['no issuer, though it was promised', 'state=s&code=c', promised, 'ISSUER_MISMATCH'],
    ['an error of another issuer', 'state=s&error=e&iss=https%3A%2F%2Fevil.example', named, 'ISSUER_MISMATCH'],
    ['no code', 'state=s', named, 'AUTHORIZATION_CODE_MISSING'],
    ['two codes', 'state=s&code=c&code=d', named, 'AUTHORIZATION_CODE_MISSING'],
    ['an error beside a code', 'state=s&code=c&error=access_denied', named, 'AUTHORIZATION_DENIED'],
    ['a cancelled login, as LinkedIn says it', 'state=s&error=user_cancelled_login', named, 'AUTHORIZATION_DENIED'],
    ['a cancelled consent, as Apple says it', 'state=s&error=user_cancelled_authorize', named, 'AUTHORIZATION_DENIED'],
  ])('with %s brings none', (_what, query, issuer, code) => {
    expect(() => read(query, issuer)).toThrow(expect.objectContaining({ code }));
  });

  test.each([undefined, ''])('is one of nobody where no state is expected: %p', (state) => {
    const query = callbackParameters('state=&code=c');
    expect(() => readCallback(query, { state, issuer: named })).toThrow(
      expect.objectContaining({ code: 'STATE_MISMATCH' }),
    );
  });

  test('with an error and no issuer, though it was promised, is told with what it says', () => {
    expect(() => read('state=s&error=access_denied', promised)).toThrow(
      expect.objectContaining({
        code: 'ISSUER_MISMATCH',
        cause: expect.objectContaining({ code: 'AUTHORIZATION_DENIED', error: 'access_denied' }) as unknown,
        remedy: expect.not.stringContaining('whole URL') as unknown,
      }),
    );
  });

  test('tells an error without the state and the codes that it echoes', () => {
    const query = 'state=secret-state&code=secret-code&error=e&error_description=secret-state,secret-code.';
    let told: unknown;
    try {
      read(query, named, 'secret-state');
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(AuthorizationError);
    expect(told).toMatchObject({ error: 'e', errorDescription: expect.stringContaining(',') as unknown });
    expect(`${String(told)} ${JSON.stringify(told)}`).not.toMatch(/secret-(state|code)/);
  });
});
