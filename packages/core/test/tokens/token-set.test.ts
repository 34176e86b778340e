import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { TokenSet } from '@latchkey/core';

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 999);
const second = Math.floor(now / 1000);
const secrets = { access_token: 'at-secret', refresh_token: 'rt-secret', id_token: 'id-secret' };

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jwt(claims: unknown): string {
  return `${base64url({ alg: 'RS256' })}.${base64url(claims)}.signature`;
}

function expiryOf(record: object): number | undefined {
  const date = TokenSet.from({ access_token: 'a', ...record }, now).expiresAt;
  return date && date.getTime() / 1000;
}

describe('a token response', () => {
  test('ends so many seconds after it was asked for, counted from the whole second', () => {
    const tokens = TokenSet.from({ ...secrets, token_type: 'bearer', scope: 'a b', expires_in: 60 }, now);
    expect(tokens.toJSON()).toEqual({
      ...secrets,
      token_type: 'bearer',
      scope: 'a b',
      expires_at: second + 60,
      issued_at: second,
    });
  });

  test.each([
    [60, 60],
    ['60', 60],
    [' 60 ', 60],
    [59.9, 59],
    ['59.9', 59],
    [0, 0],
    [-5, 0],
    ['-5', 0],
  ])('understands a lifetime of %p', (given, lifetime) => {
    expect(expiryOf({ expires_in: given })).toBe(second + lifetime);
  });

  test.each([null, undefined, '', '  ', 'soon', NaN, true, {}, [60]])('knows no end for a lifetime of %p', (given) => {
    expect(expiryOf({ expires_in: given })).toBeUndefined();
  });

  test.each([1e12, 1e300, '1e400', '1e300'])('keeps a huge lifetime of %p within what a date can hold', (given) => {
    const expiry = expiryOf({ expires_in: given });
    expect(expiry).toBeGreaterThan(second + 9e11);
    expect(Number.isFinite(expiry)).toBe(true);
  });

  test('takes the place of the token type and leaves the rest unknown when the server says nothing', () => {
    const tokens = TokenSet.from({ access_token: 'a' }, now);
    expect(tokens.tokenType).toBe('Bearer');
    for (const value of [tokens.refreshToken, tokens.idToken, tokens.scope, tokens.expiresAt, tokens.issuedAt]) {
      expect(value).toBeUndefined();
    }
    expect(tokens.toJSON()).toEqual({ access_token: 'a' });
  });

  test('counts null and the empty string as absent', () => {
    const record = { access_token: 'a', refresh_token: null, id_token: '', scope: null, token_type: '', custom: null };
    expect(TokenSet.from(record, now).toJSON()).toEqual({ access_token: 'a' });
  });

  test('may list its scopes', () => {
    expect(TokenSet.from({ access_token: 'a', scope: ['x', 'y'] }).scope).toBe('x y');
  });

  test('keeps fields that nobody knows, whatever their names', () => {
    const odd = { resource_server: 'x', nested: { list: [1, { two: 'zwei' }] }, flag: false, zero: 0, 'a b ü': 'ö' };
    const tokens = TokenSet.from({ access_token: 'a', ...odd }, now);
    expect(tokens.toJSON()).toEqual({ access_token: 'a', ...odd });
    expect(TokenSet.from(JSON.stringify(tokens)).toJSON()).toEqual(tokens.toJSON());
  });

  test('are given away as copies, whatever is in them', () => {
    const tokens = TokenSet.from({ access_token: 'a', nested: { list: [{ two: 'zwei' }] } }, now);
    const record = tokens.toJSON() as unknown as { nested: { list: { two: string }[] } };
    Object.assign(record.nested.list[0] ?? {}, { two: 'deux' });
    record.nested.list.push({ two: 'dos' });
    expect(tokens.toJSON()).toEqual({ access_token: 'a', nested: { list: [{ two: 'zwei' }] } });
  });
});

describe('a stored record', () => {
  const stored = {
    ...secrets,
    token_type: 'Bearer',
    scope: 'a',
    expires_at: 1_734_742_981,
    issued_at: 1_734_714_181,
    latchkey: {
      version: 1,
      key: 'k',
      generation: 7,
      requested_scope: 'a b',
      unanswered: { times: 1, since: 5, until: 6 },
      suspected: { times: 2, since: 7, until: 8, error: 'odd', description: 'In words of its own.', status: 403 },
      refused: true,
    },
  };

  test('comes back as it was, from an object or from text', () => {
    for (const source of [stored, JSON.stringify(stored), JSON.stringify(TokenSet.from(stored))]) {
      const tokens = TokenSet.from(source, now);
      expect(tokens.toJSON()).toEqual(stored);
      expect(tokens.generation).toBe(7);
      expect(tokens.stamp).toEqual(stored.latchkey);
      expect(tokens.expiresAt?.toISOString()).toBe('2024-12-21T01:03:01.000Z');
      expect(tokens.issuedAt?.getTime()).toBe(1_734_714_181_000);
    }
  });

  test('is taken as it is when it is a token set already', () => {
    const tokens = TokenSet.from(stored);
    expect(TokenSet.from(tokens)).toBe(tokens);
  });

  test('ends when it says, not when its lifetime would have it', () => {
    expect(expiryOf({ expires_at: 2_000_000_000, expires_in: 60, issued_at: 5 })).toBe(2_000_000_000);
    expect(expiryOf({ expires_in: 60, issued_at: 1_000 })).toBe(1_060);
    expect(expiryOf({ expires_at: null, expires_in: 60 })).toBe(second + 60);
    expect(expiryOf({ expires_at: '2000000000' })).toBe(2_000_000_000);
    expect(expiryOf({ expires_at: '2033-05-18T03:33:20.000Z' })).toBe(2_000_000_000);
    expect(expiryOf({ expires_at: '2033-05-18T03:33:20+01:00', expires_in: 60 })).toBe(1_999_996_400);
    expect(expiryOf({ expires_at: '2033-13-18T03:33:20Z', expires_in: 60 })).toBe(second + 60);
    expect(expiryOf({ expires_at: '2033-05-18T03:33:20', expires_in: 60 })).toBe(second + 60); // no zone: it could mean any
    expect(expiryOf({ expires_at: 'May 2033', expires_in: 60 })).toBe(second + 60);
  });

  test('of EarthScope has six keys', () => {
    const six = { ...secrets, scope: 'openid', token_type: 'Bearer', expires_at: 1_734_742_981 };
    expect(TokenSet.from(six).toJSON()).toEqual(six);
    expect(TokenSet.from({ ...six, issued_at: 1_734_714_181 }).issuedAt?.getTime()).toBe(1_734_714_181_000);
  });

  test('of RDP ends at its expiry_tm, in seconds or milliseconds', () => {
    expect(expiryOf({ expiry_tm: 1_734_742_981, expires_in: '300' })).toBe(1_734_742_981);
    expect(expiryOf({ expiry_tm: 1_734_742_981_123 })).toBe(1_734_742_981);
    expect(expiryOf({ expiry_tm: 1_734_742_981.5 })).toBe(1_734_742_981);
    const again = TokenSet.from(JSON.stringify(TokenSet.from({ access_token: 'a', expiry_tm: 1_734_742_981 })));
    expect(again.expiresAt?.getTime()).toBe(1_734_742_981_000);
  });

  const note = { times: 1, since: 5, until: 6 };
  test.each([
    [null, undefined],
    ['x', undefined],
    [{}, { version: 1 }],
    [{ key: 5, generation: '7', unanswered: { times: 1 } }, { version: 1 }],
    [{ generation: 1.5 }, { version: 1 }],
    [{ suspected: null, refused: 'yes' }, { version: 1 }],
    [{ suspected: { error: 'odd' } }, { version: 1 }],
    [{ suspected: { ...note, error: 5 } }, { version: 1 }],
    [
      { suspected: { ...note, error: 'odd', description: 5, status: '400' } },
      { version: 1, suspected: { ...note, error: 'odd' } },
    ],
    [
      { version: 9, key: 'k', more: 'x' },
      { version: 1, key: 'k' },
    ],
  ])('with a stamp of %p has the part that can be read', (latchkey, stamp) => {
    expect(TokenSet.from({ access_token: 'a', latchkey }).stamp).toEqual(stamp);
  });

  test.each([5, true, null, undefined, [], [{ access_token: 'a' }], '[]', '5', 'null', {}, { scope: 'a' }, '{}'])(
    'of %p is a TypeError',
    (source) => {
      expect(() => TokenSet.from(source)).toThrow(TypeError);
    },
  );

  test('may begin with a byte order mark, as some editors write it', () => {
    expect(TokenSet.from('\uFEFF{"access_token":"a"}').accessToken).toBe('a');
  });

  test('that is no JSON is a SyntaxError which does not quote it', () => {
    for (const text of ['', 'at-secret', '{"access_token":"at-secret"', '{"access_token":at-secret}']) {
      const read = (): unknown => TokenSet.from(text);
      expect(read).toThrow(SyntaxError);
      expect(read).not.toThrow(/at-|secret/);
    }
  });

  test('needs one token, whichever', () => {
    expect(TokenSet.from({ refresh_token: 'r' }).accessToken).toBeUndefined();
    expect(TokenSet.from({ access_token: 'a' }).refreshToken).toBeUndefined();
    expect(() => TokenSet.from({ id_token: 'i' })).toThrow(TypeError);
  });
});

describe('an access token that is a JWT', () => {
  test('says when it ends, if nobody else does', () => {
    const access_token = jwt({ exp: 1_734_742_981.7 });
    expect(expiryOf({ access_token })).toBe(1_734_742_981);
    expect(expiryOf({ access_token, expires_in: null })).toBe(1_734_742_981);
    expect(expiryOf({ access_token, expires_in: 60 })).toBe(second + 60);
    expect(expiryOf({ access_token: 'opaque', id_token: access_token })).toBeUndefined();
  });

  test.each(['"soon"', '-1', 'null', '1e999', '{}'])('does not end at %s', (exp) => {
    const payload = Buffer.from(`{"exp":${exp}}`).toString('base64url');
    expect(expiryOf({ access_token: `e30.${payload}.x` })).toBeUndefined();
  });

  test('is read whatever letters its claims hold', () => {
    const claims = { q: '???>>>~~~', name: 'Zoë Müller-Łódź 🔑', exp: 5 };
    const token = jwt(claims);
    expect(token.split('.')[1]).toMatch(/[-_]/);
    expect(TokenSet.from({ access_token: token }).claims).toEqual(claims);
    for (let padding = 0; padding < 4; padding++) {
      const name = 'x'.repeat(padding);
      expect(TokenSet.from({ access_token: jwt({ name }) }).claims).toEqual({ name });
    }
  });

  test.each(['a', 'a.b', 'a.b.c', 'a..c', '...', `e30.${base64url([1])}.x`, `e30.${base64url('x')}.x`, 'e30.w6Q.x'])(
    'may turn out to be none: %s',
    (access_token) => {
      const tokens = TokenSet.from({ access_token });
      expect(tokens.claims).toBeUndefined();
      expect(tokens.expiresAt).toBeUndefined();
    },
  );

  test('has no claims when it is absent', () => {
    expect(TokenSet.from({ refresh_token: 'r' }).claims).toBeUndefined();
  });
});

describe('a token set', () => {
  const tokens = TokenSet.from({ ...secrets, scope: 'a', expires_at: 1_734_742_981 });

  test('shows no secret wherever it is printed', () => {
    const printed = [
      String(tokens),
      ['', tokens].join(''),
      inspect(tokens),
      inspect({ deep: [tokens] }, { depth: 9, showHidden: true }),
      inspect(tokens, { customInspect: false, showHidden: true }),
      Object.keys(tokens).join(),
      String(Object.getOwnPropertyNames(tokens)),
    ];
    for (const text of printed) expect(text).not.toContain('secret');
    expect(String(tokens)).toBe(
      'TokenSet(access_token, refresh_token, id_token; scope: a; expires: 2024-12-21T01:03:01.000Z)',
    );
    expect(String(TokenSet.from({ access_token: 'a' }))).toBe(
      'TokenSet(access_token; scope: unknown; expires: unknown)',
    );
  });

  test('prints whatever end it was given', () => {
    expect(String(TokenSet.from({ access_token: 'a', expires_in: 1e300 }))).toContain('expires: +275760-09-13');
  });

  test('prints whatever end a JWT claims', () => {
    expect(String(TokenSet.from({ access_token: jwt({ exp: 1e15 }) }))).toContain('expires: +275760-09-13');
  });

  test('gets other notes as another token set', () => {
    const stamped = tokens.withStamp({ key: 'k', generation: 1 });
    expect(stamped.toJSON()).toEqual({ ...tokens.toJSON(), latchkey: { version: 1, key: 'k', generation: 1 } });
    expect(tokens.stamp).toBeUndefined();
    expect(stamped.withStamp({ generation: 2 }).stamp).toEqual({ version: 1, generation: 2 });
  });

  test('does not change with the object that it was read from, nor with what it gave away', () => {
    const source = { access_token: 'a', nested: { list: [1] }, latchkey: { version: 1, key: 'k' } };
    const set = TokenSet.from(source);
    source.access_token = 'b';
    source.latchkey.key = 'other';
    const given = set.toJSON();
    given.access_token = 'c';
    expect(set.accessToken).toBe('a');
    expect(set.stamp?.key).toBe('k');
    expect(() => Object.assign(set.stamp ?? {}, { key: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(set, { accessToken: 'd' })).toThrow(TypeError);
    set.expiresAt?.setTime(0);
    expect(set.toJSON()).toEqual({ access_token: 'a', nested: { list: [1] }, latchkey: { version: 1, key: 'k' } });
  });

  test('does not change in depth either', () => {
    const source = { access_token: 'a', nested: { list: [1] } };
    const set = TokenSet.from(source);
    source.nested.list.push(2);
    (set.toJSON()['nested'] as { list: number[] }).list.length = 0;
    expect(set.toJSON()).toEqual({ access_token: 'a', nested: { list: [1] } });
  });

  test('becomes the text of what it gives away, of which no copy is made', () => {
    const set = TokenSet.from({ access_token: 'a', nested: { list: [1] }, latchkey: { version: 1, key: 'k' } });
    const expected = JSON.stringify([set.toJSON()]);
    const { structuredClone } = globalThis;
    globalThis.structuredClone = () => {
      throw new Error('A copy was made.');
    };
    try {
      expect(() => set.toJSON()).toThrow('A copy was made.');
      expect(JSON.stringify([set])).toBe(expected);
    } finally {
      globalThis.structuredClone = structuredClone;
    }
  });

  test('is not fooled by a field called __proto__', () => {
    const set = TokenSet.from('{"access_token":"a","__proto__":{"refresh_token":"r","polluted":true}}');
    expect(set.refreshToken).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(set.toJSON().polluted).toBeUndefined();
  });
});

describe('a row of a database as a token record', () => {
  test('may hold whole numbers as bigint', () => {
    const { expiresAt, accessToken } = TokenSet.from({ id: 7n, access_token: 'at', expires_at: 2_000_000_000n });
    expect([accessToken, expiresAt?.getTime()]).toEqual(['at', 2_000_000_000_000]);
  });

  test('is no record, and no outage, where JSON cannot hold it', () => {
    const cyclic: Record<string, unknown> = { access_token: 'at' };
    cyclic['self'] = cyclic;
    const throwing = {
      get access_token(): string {
        throw new Error('detached');
      },
    };
    for (const row of [cyclic, throwing]) {
      expect(() => TokenSet.from(row)).toThrow(
        expect.objectContaining({ code: 'RECORD_UNREADABLE', name: 'TypeError' }),
      );
    }
  });
});
