import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { AuthFlowError, explainResponse, UnauthenticatedError, UnauthorizedError } from '@latchkey/core';
import fc from 'fast-check';
import { parseChallenges } from '../../dist/fetch/challenges.js';
import { DeviceScene } from '../scenes/device-scene.js';

const answer = (status: number, ...challenges: string[]): Response => {
  const headers = new Headers();
  for (const challenge of challenges) headers.append('www-authenticate', challenge);
  return new Response('secret of the body', { status, headers });
};

describe('explainResponse', () => {
  test('says nothing of an answer that is no refusal', () => {
    for (const status of [200, 206, 302, 400, 404, 500, 503]) expect(explainResponse(answer(status))).toBeUndefined();
  });

  test('is told apart from an answer that nobody waited for', () => {
    expect(() => explainResponse(Promise.resolve(answer(401)) as never)).toThrow(/is an await missing/);
  });

  test('calls a 401 unauthenticated, with what the API says', () => {
    const problem = explainResponse(
      answer(401, 'Bearer realm="x", error="invalid_token", error_description="It ended."'),
    );
    expect(problem).toBeInstanceOf(UnauthenticatedError);
    expect(problem).toBeInstanceOf(AuthFlowError);
    expect(problem).toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
      error: 'invalid_token',
      errorDescription: 'It ended.',
      retryable: false,
      message: 'The API did not accept the token (status 401, invalid_token, It ended.).',
    });
    expect(problem?.remedy).toContain('allowedOrigins');
  });

  test('calls a 403 unauthorized', () => {
    const problem = explainResponse(answer(403));
    expect(problem).toBeInstanceOf(UnauthorizedError);
    expect(problem).toMatchObject({ code: 'UNAUTHORIZED', status: 403, scope: undefined });
    expect(problem?.error).toBeUndefined();
  });

  test.each([403, 401])('names the scope that is missing: %i', (status) => {
    const problem = explainResponse(answer(status, 'Bearer error="insufficient_scope", scope="read write"'));
    expect(problem).toBeInstanceOf(UnauthorizedError);
    expect(problem).toMatchObject({ code: 'INSUFFICIENT_SCOPE', status, scope: 'read write' });
    expect(problem?.remedy).toContain('"read write"');
  });

  test('reads the challenge that says most, of several in one header or in many', () => {
    const challenges = ['Negotiate', 'Basic realm="a, b", charset="UTF-8"', 'Bearer', 'Bearer error=invalid_token'];
    for (const response of [answer(401, ...challenges), answer(401, challenges.join(', '))]) {
      expect(explainResponse(response)).toMatchObject({ error: 'invalid_token' });
    }
    expect(explainResponse(answer(401, 'Basic error="invalid_token"'))?.error).toBeUndefined();
  });

  test('says what to log in for, from whichever challenge says it', () => {
    const challenges = [
      'Basic realm="x", scope="not this"',
      'Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
      'DPoP error="insufficient_user_authentication", acr_values="phr phrh", max_age="300", scope="read"',
    ];
    for (const response of [answer(401, ...challenges), answer(401, challenges.join(', '))]) {
      expect(explainResponse(response)).toMatchObject({
        code: 'INSUFFICIENT_USER_AUTHENTICATION',
        resourceMetadata: 'https://api.example/.well-known/oauth-protected-resource',
        acrValues: 'phr phrh',
        maxAge: 300,
        scope: 'read',
      });
    }
    const twice = answer(403, 'Bearer scope="before"', 'Bearer error="insufficient_scope", scope="wanted"');
    expect(explainResponse(twice)?.scope).toBe('wanted');
    const nothing = { resourceMetadata: undefined, acrValues: undefined, maxAge: undefined, scope: undefined };
    expect(explainResponse(answer(401, 'Bearer max_age="soon"'))).toMatchObject(nothing);
    expect(explainResponse(answer(403))).toMatchObject(nothing);
    expect(explainResponse(answer(401, 'Bearer max_age=0'))).toMatchObject({ maxAge: 0 });
  });

  test.each([401, 403])('names the claims to log in for, as JSON: %i', (status) => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"},"name":{"value":"Ä?>"}}}';
    for (const sent of [Buffer.from(claims).toString('base64'), Buffer.from(claims).toString('base64url')]) {
      const problem = explainResponse(answer(status, `Bearer error="insufficient_claims", claims="${sent}"`));
      expect(problem).toBeInstanceOf(UnauthenticatedError);
      expect(problem).toMatchObject({ code: 'INSUFFICIENT_CLAIMS', claims });
    }
    const escaped = claims.replaceAll('"', '\\"').replace('Ä', 'A');
    expect(explainResponse(answer(status, `Bearer claims="${escaped}"`))?.claims).toBe(claims.replace('Ä', 'A'));
    expect(explainResponse(answer(status, 'Bearer claims="???"'))?.claims).toBe('???');
  });

  test('tells nothing that could forge a line in a log, and nothing without an end', () => {
    const problem = explainResponse(answer(401, `Bearer error="a\tb", error_description="${'x'.repeat(2000)}"`));
    expect(problem?.error).toBe('a b');
    expect(problem?.errorDescription).toHaveLength(500);
  });

  test('does not tell the token, though the API echoes it', async () => {
    await using scene = await DeviceScene.start();
    for (const status of [401, 403]) {
      const { accessToken } = await scene.loggedIn();
      const echoing = ({ authorization = '' }: Record<string, string>): Response =>
        answer(
          status,
          `Bearer error="x", error_description="bad ${accessToken} ${authorization}", scope="${authorization}"`,
        );
      const flow = scene.flow({
        fetch: (url, init) =>
          (url as string | URL).toString().endsWith('/api')
            ? Promise.resolve(echoing(init?.headers as Record<string, string>))
            : fetch(url, init),
      });
      const response = await flow.fetch(scene.server.api, { method: 'POST', body: 'x' });
      const shown = inspect(explainResponse(response), { depth: 5, showHidden: true });
      expect(shown).toContain('bad [redacted]');
      for (const token of [accessToken, flow.accessToken]) expect(shown).not.toContain(token);
    }
  });
});

describe('parseChallenges', () => {
  const read = (header: string): unknown[] =>
    parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

  test.each<[string, unknown[]]>([
    ['', []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer realm="x"', [['bearer', { realm: 'x' }]]],
    ['BEARER Realm = "x" , Error = y', [['bearer', { realm: 'x', error: 'y' }]]],
    ['Bearer realm="say \\"hi\\", \\\\ you"', [['bearer', { realm: 'say "hi", \\ you' }]]],
    ['Bearer realm="a, Basic realm=b"', [['bearer', { realm: 'a, Basic realm=b' }]]],
    [
      'Negotiate YWJj==, Bearer a=b',
      [
        ['negotiate', {}],
        ['bearer', { a: 'b' }],
      ],
    ],
    [
      'Negotiate YWJj/+-._~, Basic',
      [
        ['negotiate', {}],
        ['basic', {}],
      ],
    ],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
        ['basic', { realm: 'simple' }],
      ],
    ],
    [', ,Bearer,,a=b,', [['bearer', { a: 'b' }]]],
    ['Bearer a=b, a=c', [['bearer', { a: 'b' }]]],
    ['Bearer a="never ends', [['bearer', { a: 'never ends' }]]],
    ['Bearer a="ends in \\', [['bearer', { a: 'ends in ' }]]],
    ['a=b', []],
    ['Bearer error=', [['bearer', {}]]],
    ['Bearer __proto__="x"', [['bearer', JSON.parse('{"__proto__":"x"}')]]],
  ])('reads %j', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  test('never throws, and reads back what RFC 9110 allows', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const parameters = fc.dictionary(word, fc.string(), { minKeys: 1, maxKeys: 4, noNullPrototype: true });
    const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(word, parameters), { minLength: 1, maxLength: 4 }), (challenges) => {
        const text = challenges
          .map(
            ([scheme, all]) =>
              `${scheme} ${Object.entries(all)
                .map(([name, value]) => `${name}=${quote(value)}`)
                .join(', ')}`,
          )
          .join(', ');
        expect(read(text)).toEqual(challenges.map(([scheme, all]) => [scheme, all]));
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void parseChallenges(text)));
    const piece = fc.constantFrom('Bearer', ' ', ',', '=', '"', '\\', 'a', 'a=b', '\t', '==', '/', '\0');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => void parseChallenges(pieces.join(''))),
      { numRuns: 2000 },
    );
  });

  test('are read up to 16 KiB of the header, and no further', () => {
    const after = (length: number): unknown[] => read(`${' '.repeat(length)}Bearer`);
    expect(after(16_384 - 'Bearer'.length)).toEqual([['bearer', {}]]);
    expect(after(16_384)).toEqual([]);
    expect(read(',Bearer x=y'.repeat(100_000)).length).toBeLessThanOrEqual(16_384 / ',Bearer x=y'.length + 1);
  });

  // A millisecond or two each; a pattern that goes back over what it has read would take years.
  test.each(['a ', 'a=', ' ', ',', '"', '\\', 'a="', '=', 'a  ', 'a\t\t,', 'aaaa', 'a b', '/ ', '\t', 'Bearer '])(
    'are read to their end where there is much of %j',
    (piece) => {
      const much = piece.repeat(16_384).slice(0, 16_000);
      for (const text of [much, `Bearer ${much}`, `Bearer x${much}\0`]) {
        const read = (): unknown =>
          runInNewContext('parse(text)', { parse: parseChallenges, text }, { timeout: 20_000 });
        expect(read).not.toThrow();
      }
    },
  );
});
