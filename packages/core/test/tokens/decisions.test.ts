import { describe, expect, test } from '@jest/globals';
import { StorageConflictError, TokenSet } from '@latchkey/core';
import { defaultThreshold, dueAhead, isFresh, isValid, secondsLeft } from '../../dist/tokens/expiry.js';
import { assertGeneration, hasGoneBack, hasMoved, nextGeneration } from '../../dist/tokens/generation.js';
import { keepRefreshToken, mergeAnswer } from '../../dist/tokens/merge.js';
import { isProgramsRecord, programRecordLifetime } from '../../dist/tokens/record-owner.js';
import { oneMore } from '../../dist/renewal/presentation/refresh-notes.js';
import { missingScopes, widestScope } from '../../dist/tokens/scope.js';
import { scrub, scrubError } from '../../dist/errors/scrub.js';

const issued = 1_700_000_000;
const now = issued * 1000;
const lasting = (seconds: number, more: object = {}): TokenSet =>
  TokenSet.from({ access_token: 'a', issued_at: issued, expires_at: issued + seconds, ...more });

describe('expiry, to the millisecond', () => {
  test.each([
    [60_000, 60, true],
    [59_999, 60, false],
    [1, 0, true],
    [0, 0, false],
    [-1, 0, false],
  ])('with %i ms left and a threshold of %i s a token is fresh: %s', (left, threshold, fresh) => {
    expect(isFresh(lasting(3600), now + 3_600_000 - left, threshold)).toBe(fresh);
  });

  test.each([
    [3600, 60],
    [601, 60],
    [600, 60],
    [599, 59.9],
    [10, 1],
    [0, 0],
  ])('a token of %i s is renewed %d s before its end by default', (lifetime, threshold) => {
    expect(defaultThreshold(lasting(lifetime))).toBe(threshold);
  });

  test('a lifetime that is not known has a threshold of 60 s', () => {
    expect(defaultThreshold(TokenSet.from({ access_token: 'a', expires_at: issued }))).toBe(60);
  });

  test('a token of unknown end is always fresh, one without an access token never valid', () => {
    const endless = TokenSet.from({ access_token: 'a' });
    expect([secondsLeft(endless, now), isFresh(endless, now, 1e9)]).toEqual([Infinity, true]);
    expect(isValid(TokenSet.from({ refresh_token: 'r' }), now)).toBe(false);
  });

  test('is due ahead at 80 % of its life', () => {
    expect(dueAhead(lasting(3600))).toBe(now + 2_880_000);
    expect([4, 5].map((life) => dueAhead(lasting(life)))).toEqual([Infinity, now + 4000]);
    expect(dueAhead(TokenSet.from({ access_token: 'a' }))).toBe(Infinity);
  });

  test('is due up to 0.5 % of its life earlier, the same for all who hold it', () => {
    const dues = [0, 1, 500, 999, 1000].map((generation) => dueAhead(lasting(3600).withStamp({ generation })));
    expect(dues.map((due) => (due - now) / 1000)).toEqual([2880, 2879.982, 2871, 2862.018, 2880]);
  });
});

describe('generations', () => {
  test.each([
    [undefined, 1000, 1000],
    [5, 1000, 1000],
    [1000, 1000, 1001],
    [2000, 1000, 2001],
  ])('after %s at %i ms comes %i', (previous, at, next) => {
    expect(nextGeneration(previous, at)).toBe(next);
  });

  const stored = lasting(60).withStamp({ generation: 7 });
  test.each([
    [stored, 7, true],
    [stored, undefined, true],
    [stored, 6, false],
    [stored, 0, false],
    [undefined, 0, true],
    [undefined, 7, false],
    [lasting(60), 0, true],
  ])('%s is what is expected by %s: %s', (record, expected, isExpected) => {
    const compare = (): void => assertGeneration(record, expected);
    if (isExpected) expect(compare).not.toThrow();
    else expect(compare).toThrow(StorageConflictError);
  });

  test('a record has moved when either token is another', () => {
    const known = TokenSet.from({ access_token: 'a', refresh_token: 'r' });
    expect(hasMoved(known.withStamp({ generation: 9 }), known)).toBe(false);
    expect(hasMoved(TokenSet.from({ access_token: 'b', refresh_token: 'r' }), known)).toBe(true);
    expect(hasMoved(TokenSet.from({ access_token: 'a', refresh_token: 's' }), known)).toBe(true);
  });

  test('a record without a refresh token and a login has not gone back, as where a program keeps a few fields', () => {
    const [known, stored] = ['a', 'b'].map((token) => TokenSet.from({ access_token: token })) as [TokenSet, TokenSet];
    expect(hasGoneBack(stored, known, undefined)).toBe(false);
  });
});

describe('a record that holds an access token alone', () => {
  test.each([
    ['login', false, undefined],
    ['client_credentials', true, 86_460_000],
    [undefined, true, undefined],
  ])('of kind %s is a program’s: %s, and kept for %s ms', (kind, isPrograms, lifetime) => {
    const record = lasting(60).withStamp({ ...(kind !== undefined && { kind }), generation: 1 });
    expect([isProgramsRecord(record), programRecordLifetime(record, now)]).toEqual([isPrograms, lifetime]);
  });

  test('is not joined with the refresh token of a login that may be somebody else’s: nobody says whose they are', () => {
    const [login, stored] = [lasting(60), lasting(60, { refresh_token: 'r' })];
    expect(keepRefreshToken(login, stored).refreshToken).toBeUndefined();
  });
});

describe('merging an answer', () => {
  const previous = lasting(60, { refresh_token: 'r1', scope: 'a b', id_token: 'i1', custom: 'old' });

  test('replaces what is present', () => {
    const answer = { access_token: 'a2', refresh_token: 'r2', scope: 'a', id_token: 'i2', expires_in: 60 };
    expect(mergeAnswer(answer, now + 5000, previous).toJSON()).toEqual({
      access_token: 'a2',
      refresh_token: 'r2',
      scope: 'a',
      id_token: 'i2',
      issued_at: issued + 5,
      expires_at: issued + 65,
    });
  });

  test.each([undefined, null, '', 5])('keeps refresh token, scope and id token when they are %p', (absent) => {
    const answer = { access_token: 'a2', refresh_token: absent, scope: absent, id_token: absent };
    const merged = mergeAnswer(answer, now, previous);
    expect([merged.refreshToken, merged.scope, merged.idToken]).toEqual(['r1', 'a b', 'i1']);
  });

  test.each([
    ['in an hour', { iat: issued, exp: issued + 3600 }, issued + 3600],
    ['just now, as of one that is given out to the last', { iat: issued - 3600, exp: issued - 1 }, issued - 1],
    ['five minutes ago', { iat: issued - 3900, exp: issued - 300 }, issued + 3600],
    ['an hour ago, without saying since when', { exp: issued - 3600 }, issued - 3600],
    ['an hour ago, issued in 1970', { iat: 0, exp: issued - 3600 }, issued - 3600],
    ['an hour ago, issued after that', { iat: issued, exp: issued - 3600 }, issued - 3600],
  ])('reads the end of a JWT that says no more: %s', (_when, claims, expected) => {
    const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
    const endOf = (body: object, before?: TokenSet): number =>
      (mergeAnswer({ access_token: token, ...body }, now, before).expiresAt?.getTime() ?? 0) / 1000;
    expect(endOf({})).toBe(expected);
    expect(endOf({ expires_in: 'soon' }, previous)).toBe(expected);
    expect(endOf({ expires_in: 60 })).toBe(issued + 60);
    expect(endOf({}, TokenSet.from({ access_token: token }))).toBe(claims.exp);
  });

  test('never inherits an expiry', () => {
    expect(mergeAnswer({ access_token: 'a2' }, now, previous).expiresAt).toBeUndefined();
  });

  test('keeps the old access token with its own expiry when there is no new one', () => {
    const merged = mergeAnswer({ refresh_token: 'r2', expires_in: 9999 }, now + 5000, previous);
    expect([merged.accessToken, merged.refreshToken]).toEqual(['a', 'r2']);
    expect([merged.issuedAt, merged.expiresAt]).toEqual([previous.issuedAt, previous.expiresAt]);
  });

  test('keeps unknown fields of the answer, and takes no notes, key and times from the server', () => {
    const answer = {
      access_token: 'a2',
      session_state: 's',
      latchkey: { generation: 99 },
      expires_at: 1,
      issued_at: 1,
      dpop_key: { kty: 'EC', d: 'theirs' },
    };
    expect(mergeAnswer(answer, now).toJSON()).toEqual({ access_token: 'a2', session_state: 's' });
    const bound = mergeAnswer(
      answer,
      now,
      TokenSet.from({ ...previous.toJSON(), dpop_key: { kty: 'EC', d: 'ours' } }),
    ).toJSON();
    expect(bound).toMatchObject({ session_state: 's', issued_at: issued, dpop_key: { d: 'ours' } });
    expect(bound).not.toHaveProperty('expires_at');
    expect(mergeAnswer(answer, now, previous).toJSON()).not.toHaveProperty('dpop_key');
    expect(bound).not.toHaveProperty('latchkey');
  });
});

describe('an answer nested so deeply that writing it overflows the stack', () => {
  const depth = 100_000;
  const nested: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));

  test('gives its tokens all the same', () => {
    const answer = { access_token: 'a2', refresh_token: 'r2', extra: { kept: true }, nested, scope: nested };
    const { access_token, refresh_token, ...rest } = mergeAnswer(answer, now, lasting(60, { scope: 'read' })).toJSON();
    expect([access_token, refresh_token]).toEqual(['a2', 'r2']);
    expect(rest).toMatchObject({ extra: { kept: true }, scope: 'read' });
    expect(rest).not.toHaveProperty('nested');
  });

  test('can be stored, and read from what another program stored', () => {
    const text = `{"access_token":"a","nested":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(JSON.parse(JSON.stringify(TokenSet.from(text)))).toEqual({ access_token: 'a' });
  });
});

describe('a refresh token without an answer', () => {
  test.each([1, 2, 4, 8, 16, 32, 60, 60].map((seconds, times) => [times, seconds]))(
    'presented in vain %i times before is presented again after %i s',
    (times, seconds) => {
      const before = times === 0 ? undefined : { times, since: now - 5, until: now };
      const since = times === 0 ? now : now - 5;
      expect(oneMore(before, now)).toEqual({ times: times + 1, since, until: now + seconds * 1000 });
    },
  );

  test('is never left alone for longer than it has been in vain, by more than a second', () => {
    let note = oneMore(undefined, now);
    for (let times = 1; times < 20; times++) {
      const time = note.until;
      note = oneMore(note, time);
      expect(note.until - time).toBeLessThanOrEqual(time - note.since + 1000);
    }
  });
});

describe('missing scopes', () => {
  const granted = TokenSet.from({ access_token: 'a', scope: 'read write' });
  test.each([
    [granted, undefined, []],
    [granted, 'write  read', []],
    [granted, 'read admin', ['admin']],
    [granted, 'openid offline_access read', []],
    [TokenSet.from({ access_token: 'a', scope: 'repo,gist' }), 'gist repo', []],
    [TokenSet.from({ access_token: 'a', scope: 'repo,gist' }), 'repo,gist user', ['user']],
    [TokenSet.from({ access_token: 'a' }), 'read', []],
    [TokenSet.from({ access_token: 'a' }).withStamp({ generation: 1 }), 'read openid', ['read']],
    [granted.withStamp({ requested_scope: 'read write admin' }), 'admin', []],
    [granted.withStamp({ requested_scope: 'read write' }), 'openid', ['openid']],
    [granted.withStamp({ requested_scope: 'a,b,c' }), 'c,a', []],
    [granted.withStamp({ requested_scope: 'a,b' }), 'a,b,c', ['c']],
    [granted.withStamp({ requested_scope: 'a b,c' }), 'b,c', []],
  ])('of %s for %j are %j', (tokens, requested, missing) => {
    expect(missingScopes(tokens, requested)).toEqual(missing);
  });
});

describe('the scopes that a login asks for', () => {
  const before = TokenSet.from({ access_token: 'a', scope: 'read admin' });
  test.each([
    ['read', undefined, 'read'],
    ['read  write', before.withStamp({ requested_scope: 'write read' }), 'read  write'],
    ['write', before.withStamp({ requested_scope: 'read' }), 'write read'],
    ['write', before, 'write read admin'],
    [undefined, before.withStamp({ requested_scope: 'read' }), 'read'],
    [undefined, before, undefined],
    ['a,b,c', before.withStamp({ requested_scope: 'a,b' }), 'a,b,c'],
    ['c,a', before.withStamp({ requested_scope: 'a,b' }), 'c,a,b'],
    ['a', before.withStamp({ requested_scope: 'a,b' }), 'a,b'],
    ['a,b', before.withStamp({ requested_scope: 'c d' }), 'a,b,c,d'],
    ['openid email', TokenSet.from({ access_token: 'a', scope: 'email,openid,profile' }), 'openid email profile'],
    ['a b,c', before.withStamp({ requested_scope: 'b,c' }), 'a b,c'],
    ['a b,c', before.withStamp({ requested_scope: 'd' }), 'a b,c d'],
    ['d', before.withStamp({ requested_scope: 'a b,c' }), 'd a b,c'],
  ])('are those that are wanted, %j, with those of the login before it, %s: %j', (wanted, tokens, asked) => {
    expect(widestScope(wanted, tokens)).toBe(asked);
  });
});

describe('scrubbing', () => {
  const secret = 'Zk3-9a.VeryLong_Secret/Value+17=';
  test.each([
    [`token=${secret}`, /^\[redacted\]$/],
    [`the token "${secret}" is used`, /^the token "\[redacted\]" is used$/],
    [`cut ${secret.slice(3, 14)} short`, /^cut \[redacted\] short$/],
    [`encoded ${encodeURIComponent(secret)} too`, /^encoded \[redacted\] too$/],
    [`{"refresh_token":"${secret}"}`, /^{"refresh_token":"\[redacted\]"}$/],
    ['an innocent sentence', /^an innocent sentence$/],
  ])('turns %j into %s', (text, expected) => {
    expect(scrub(text, [secret])).toMatch(expected);
  });

  test('leaves out what an engine quotes of a text that it cannot parse', () => {
    let thrown: unknown;
    try {
      JSON.parse(`${secret} is no JSON`);
    } catch (error) {
      thrown = error;
    }
    expect(scrubError(thrown).message).toMatch(/^Unexpected token 'Z', …/);
    expect(scrubError(thrown).message).not.toContain(secret.slice(0, 8));
  });

  test('knows short secrets as whole words only', () => {
    expect(scrub('pin=1234 and 1234, not 12345', ['1234'])).toBe('[redacted] and [redacted], not 12345');
  });

  test('looks for no more pieces than there is time for: those of the first secrets', () => {
    const long = Array.from({ length: 60_000 }, (_, n) => n.toString(36).padStart(4, '-')).join('');
    const text = `${secret} ${long.slice(0, 12)} ${long.slice(-12)}`;
    expect(scrub(text, [secret, long])).toBe(`[redacted] [redacted] ${long.slice(-12)}`);
  });

  test('copies an error with its causes, without properties and stack', () => {
    const origin = Object.assign(new RangeError(`bad ${secret}`), { code: 'EBAD', request: secret });
    const copy = scrubError(new Error('outer', { cause: origin }), [secret]);
    const cause = copy.cause as Error & { code: string };
    expect([copy.message, cause.name, cause.message, cause.code]).toEqual([
      'outer',
      'RangeError',
      'bad [redacted]',
      'EBAD',
    ]);
    expect(Object.keys(cause)).toEqual(['code']);
    expect(cause.stack).toBe('RangeError: bad [redacted]');
    expect(scrubError('text').message).toBe('A value that is no Error was thrown.');
  });
});
