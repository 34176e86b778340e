import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthFlow,
  ClientCredentialsFlow,
  CredentialMismatchError,
  DeviceCodeFlow,
  JwtBearerFlow,
  KeyvTokenStorage,
  MemoryTokenStorage,
  PasswordFlow,
  RefreshTokenFlow,
  StorageUnavailableError,
  StoredAuthFlow,
  TokenExchangeFlow,
  TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { asOtherProcess, FakeAuthorizationServer, faults, TestClock } from '@latchkey/core/testing';
import Keyv from 'keyv';
import { oneRecord } from '../scenes/one-record.js';

let server: FakeAuthorizationServer;
let clock: TestClock;
let storage: TokenStorage;

beforeEach(async () => {
  clock = new TestClock({ autoAdvance: true });
  storage = new MemoryTokenStorage();
  server = await FakeAuthorizationServer.start({ clock, expiresIn: 3600 });
});
afterEach(() => server.stop());

interface Wanted {
  readonly scope?: string;
  readonly key?: string;
  readonly storage?: TokenStorage;
  readonly account?: string;
  readonly lockTimeout?: number;
}

const options = (wanted: Wanted) => ({ issuer: server.issuer, clientId: 'app', clock, storage, ...wanted });
const withSecret = (wanted: Wanted) => ({ ...options(wanted), clientSecret: 'app-secret' });
const machine = (wanted: Wanted = {}) => new ClientCredentialsFlow(withSecret(wanted));
const person = (wanted: Wanted = {}) =>
  new DeviceCodeFlow({ ...options(wanted), promptUser: ({ userCode }) => server.approve(userCode) });
const user = (wanted: Wanted = {}) => new PasswordFlow({ ...options(wanted), username: 'ada', password: 'pw' });
const token = (flow: AuthFlow) => flow.getAccessTokenRefreshIfNecessary();
const loggedIn = async (flow: DeviceCodeFlow): Promise<DeviceCodeFlow> => {
  await flow.doFlow();
  return flow;
};
/** Servers may leave out the scope where it is what was asked for (RFC 6749 section 5.1). */
const withoutScope = (times: number): void => {
  for (let time = 0; time < times; time++) {
    server.nextAnswers(
      { endpoint: 'token' },
      faults.changeFields(({ scope: _none, ...rest }) => rest),
    );
  }
};
const asked = () => server.ledger.tokenRequests.map(({ parameters }) => parameters['scope']);

/** A grant of one's own that says whose it is. */
class OtherGrant extends ClientCredentialsFlow {
  protected override get credentialKind(): string {
    return 'other';
  }
}

describe('two programs of one client that differ in scope', () => {
  test.each([true, false])(
    'each have their own token, in two requests, where answers name the scope: %s',
    async (named) => {
      if (!named) withoutScope(2);
      const [orders, users] = [machine({ scope: 'orders' }), machine({ scope: 'users' })];
      const atOnce = await Promise.all([orders, users, orders, users].map(token));
      expect(new Set(atOnce).size).toBe(2);
      expect([atOnce[2], atOnce[3]]).toEqual([atOnce[0], atOnce[1]]);
      const later = { orders: machine({ scope: 'orders', storage: asOtherProcess(storage) }), users };
      expect([await token(later.orders), await token(later.users)]).toEqual(atOnce.slice(0, 2));
      expect(asked().sort()).toEqual(['orders', 'users']);
    },
  );

  test('share one by order and duplicates, and under one key of their own where it has what each wants', async () => {
    await Promise.all([machine({ scope: 'a b' }), machine({ scope: 'b a  b' })].map(token));
    server.ledger.assertTokenRequests(1);
    const wide = await token(machine({ scope: 'a b', key: 'k' }));
    expect(await token(machine({ scope: 'b', key: 'k' }))).toBe(wide);
    withoutScope(1);
    expect(await token(machine({ scope: 'c', key: 'k' }))).not.toBe(wide);
  });

  test('under one key of their own are not given the token of a run that they joined for other scopes', async () => {
    const [orders, users] = [machine({ scope: 'orders', key: 'k' }), machine({ scope: 'users', key: 'k' })];
    const gate = server.hold({ endpoint: 'token' });
    withoutScope(2);
    const both = [token(orders), token(users), token(users)];
    await gate.arrived;
    gate.release();
    const [one, two, three] = await Promise.all(both);
    expect(one).not.toBe(two);
    expect(three).toBe(two);
    expect(asked()).toEqual(['orders', 'users']);
  });
});

describe('a login', () => {
  test('asks for the scopes of the one before too, so that no program narrows another’s', async () => {
    const [wide, narrow] = [person({ scope: 'a b' }), person({ scope: 'a c', storage: asOtherProcess(storage) })];
    await wide.doFlow();
    await expect(token(narrow)).rejects.toMatchObject({ code: 'SCOPE_MISSING' });
    await narrow.doFlow();
    expect((await narrow.reload())?.stamp?.requested_scope).toBe('a c b');
    await clock.advance(3_600_000);
    expect(await token(wide)).toBe(wide.accessToken);
    expect(server.ledger.count({ endpoint: 'device_authorization' })).toBe(2);
  });

  test('without a person asks for the union when its scopes are missing, and then serves both', async () => {
    withoutScope(2);
    const [one, two] = [user({ scope: 'a' }), user({ scope: 'b' })];
    await token(one);
    const both = await token(two);
    expect(await token(one)).toBe(both);
    expect(asked()).toEqual(['a', 'b a']);
  });

  test('that fails for the scopes of one program is none of the other’s failure', async () => {
    const [one, two] = [person({ scope: 'a' }), person({ scope: 'b' })];
    await one.doFlow();
    await clock.advance(3_600_000);
    const answers = await Promise.allSettled([token(two), token(one)]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('that was joined for fewer scopes is followed by one for the rest', async () => {
    const [one, two] = [person({ scope: 'a' }), person({ scope: 'a b' })];
    await Promise.all([one.doFlow(), two.doFlow()]);
    expect(await token(two)).toBe(two.accessToken);
    expect(server.ledger.count({ endpoint: 'device_authorization' })).toBe(2);
  });

  test('of a web server names the scopes of the one before in its URL', async () => {
    await person({ scope: 'a b' }).doFlow();
    const { AuthorizationCodeFlow } = await import('@latchkey/core');
    const web = new AuthorizationCodeFlow({ ...options({ scope: 'c' }), redirectUri: 'https://app.example/back' });
    const { url, state } = await web.startAuthorization();
    expect(new URL(url).searchParams.get('scope')).toBe('c a b');
    expect(state.scope).toBe('c a b');
  });
});

describe('two kinds of grant of one client', () => {
  const kinds: [string, (wanted: Wanted) => AuthFlow, string][] = [
    ['client credentials', machine, 'client_credentials'],
    ['a JWT', (wanted) => new JwtBearerFlow({ ...withSecret(wanted), assertion: () => 'jwt' }), 'jwt-bearer'],
    [
      'a token exchange',
      (wanted) => new TokenExchangeFlow({ ...withSecret(wanted), subjectToken: 'theirs' }),
      'token-exchange',
    ],
    ['a grant of one’s own', (wanted) => new OtherGrant(withSecret(wanted)), 'other'],
  ];

  test.each(kinds)('a login and %s have two records', async (_name, flowOf, kind) => {
    await person().doFlow();
    const flow = flowOf({});
    expect(flow.key).toContain(`grant=${kind}`);
    expect(await storage.load(flow.key)).toBeUndefined();
  });

  test('with one key of their own: the program leaves the login alone, and is told so', async () => {
    const login = person({ key: 'k' });
    await login.doFlow();
    const before = JSON.stringify(await storage.load('k'));
    for (const program of [machine({ key: 'k' }), machine({ key: 'k', storage: asOtherProcess(storage) })]) {
      await expect(token(program)).rejects.toMatchObject({
        constructor: CredentialMismatchError,
        remedy: expect.stringContaining('perKey'),
      });
      await expect(program.importTokens({ access_token: 'x' })).rejects.toBeInstanceOf(CredentialMismatchError);
      await program.logout();
    }
    expect(JSON.stringify(await storage.load('k'))).toBe(before);
    expect(await token(login)).toBe(login.accessToken);
  });

  test('with one key of their own: a login does not take a program’s token, and replaces it', async () => {
    const machines = await token(machine({ key: 'k' }));
    const login = person({ key: 'k' });
    await expect(token(login)).rejects.toBeInstanceOf(CredentialMismatchError);
    await login.doFlow();
    expect(await token(login)).not.toBe(machines);
  });

  test('with one key of their own: a program and a flow that knows the password ask anew in the place of a program', async () => {
    const machines = await token(machine({ key: 'k' }));
    expect(await token(new OtherGrant(withSecret({ key: 'k' })))).not.toBe(machines);
    expect(await token(user({ key: 'k' }))).not.toBe(machines);
    await expect(token(machine({ key: 'k', storage: asOtherProcess(storage) }))).rejects.toBeInstanceOf(
      CredentialMismatchError,
    );
  });

  test('a class that is interactive is a login, one that is not says its name', () => {
    class Ticket extends StoredAuthFlow {
      protected readonly interactive: boolean = false;
      protected override authorize(): Promise<TokenSet> {
        return this.requestTokens('urn:ticket');
      }
    }
    class Kiosk extends Ticket {
      protected override readonly interactive = true;
    }
    expect(new Ticket(options({ scope: 'b a' })).key).toMatch(/&grant=Ticket&scope=a\+b$/);
    expect(new Kiosk(options({})).key).toBe(person().key);
  });
});

describe('in storage of one record', () => {
  beforeEach(() => {
    storage = oneRecord();
  });

  test.each([
    ['a program', () => machine()],
    ['another user’s password', () => user({ account: 'grace' })],
    ['a given refresh token', () => new RefreshTokenFlow({ ...options({ account: 'grace' }), refreshToken: 'given' })],
  ])('%s is told of the login there, and leaves it', async (_name, flowOf) => {
    const login = person();
    await login.doFlow();
    await expect(token(flowOf())).rejects.toMatchObject({
      code: 'CREDENTIAL_MISMATCH',
      message: expect.stringMatching(/somebody else’s login is stored, which is not overwritten/),
      remedy: expect.stringMatching(/perKey/),
    });
    const other = person({ account: 'grace' });
    await expect(token(other)).rejects.toMatchObject({ remedy: expect.not.stringMatching(/perKey/) });
    await clock.advance(3_600_000);
    expect(await token(login)).toBe(login.accessToken);
    expect(server.ledger.count({ grantType: 'client_credentials' })).toBe(0);
  });

  test('programs take the place of each other, and a person that of a program', async () => {
    const [orders, users] = [machine({ scope: 'orders' }), machine({ scope: 'users' })];
    const tokens = [await token(orders), await token(users), await token(orders), await token(users)];
    expect(new Set(tokens).size).toBe(2);
    server.ledger.assertTokenRequests(2);
    const login = person();
    await login.doFlow();
    expect(await token(login)).toBe(login.accessToken);
  });

  describe('whose place was a program’s when another could not save its token', () => {
    let users: ClientCredentialsFlow;
    let unsaved: string;

    beforeEach(async () => {
      await token(machine({ scope: 'orders' }));
      const { save } = storage;
      storage.save = () => Promise.reject(new Error('no space'));
      users = machine({ scope: 'users', lockTimeout: 0 });
      unsaved = await token(users);
      storage.save = save;
    });

    test('that token is stored later', async () => {
      expect(await token(users)).toBe(unsaved);
      expect((await storage.load(users.key))?.accessToken).toBe(unsaved);
    });

    test('a login that came meanwhile is not overwritten', async () => {
      const login = person();
      await login.doFlow();
      await expect(token(users)).rejects.toBeInstanceOf(CredentialMismatchError);
      expect((await storage.load(login.key))?.accessToken).toBe(login.accessToken);
    });
  });
});

describe('in an outage a token without the scopes that are wanted', () => {
  test('of the storage is not given', async () => {
    const flow = person({ scope: 'orders' });
    const narrow = await token(await loggedIn(flow));
    const wider = flow.withScope('users');
    storage.load = () => Promise.reject(new Error('down'));
    await clock.advance(3_590_000);
    expect(await token(flow)).toBe(narrow);
    await expect(token(wider)).rejects.toBeInstanceOf(StorageUnavailableError);
  });

  test('of the server is not given', async () => {
    await token(user({ scope: 'orders' }));
    server.nextAnswers({ endpoint: 'token' }, faults.html(502));
    await expect(token(user({ scope: 'users' }))).rejects.toMatchObject({ code: 'TOKEN_ENDPOINT_UNAVAILABLE' });
  });
});

test('a program’s record that is gone before its new token is saved brings no login, but one more request', async () => {
  const flow = machine({ lockTimeout: 1 });
  await token(flow);
  await clock.advance(3_600_000);
  const gate = server.hold({ grantType: 'client_credentials' });
  const renewed = token(flow);
  await gate.arrived;
  await storage.delete(flow.key, { expected: undefined, lock: { signal: new AbortController().signal } });
  gate.release();
  expect(await renewed).toMatch(/^at_/);
});

describe('a record of an earlier version', () => {
  const stored = (fields: object, key: string) =>
    storage.save(key, TokenSet.from({ access_token: 'old', expires_at: 4_000_000_000, ...fields }), {
      expected: undefined,
    } as never);
  const stamp = (key: string) => ({ latchkey: { version: 1, key, generation: 7 } });

  test.each([
    ['a refresh token', { refresh_token: 'r' }, true],
    ['an id token', { id_token: 'i' }, true],
    ['neither', {}, false],
  ])('with %s is a login’s: %s', async (_name, fields, isAdopted) => {
    const flow = person();
    await stored({ ...fields, ...stamp(flow.key) }, flow.key);
    const answer = token(flow);
    if (isAdopted) expect(await answer).toBe('old');
    else await expect(answer).rejects.toBeInstanceOf(CredentialMismatchError);
  });

  test('is no program’s: it asks anew, and leaves what may be a login', async () => {
    await stored(stamp('k'), 'k');
    expect(await token(machine({ key: 'k' }))).not.toBe('old');
    await stored({ refresh_token: 'r', ...stamp('l') }, 'l');
    await expect(token(machine({ key: 'l' }))).rejects.toBeInstanceOf(CredentialMismatchError);
    const earlierKey = person().key;
    await stored(stamp(earlierKey), earlierKey);
    expect(await token(machine())).not.toBe('old');
    expect((await storage.load(earlierKey))?.accessToken).toBe('old');
  });

  test('that Latchkey did not write belongs to whoever finds it; where nobody named the place, what may be a login is a person’s', async () => {
    const record = { access_token: 'old', expires_at: 4_000_000_000 };
    storage = oneRecord(JSON.stringify({ ...record, refresh_token: 'r' }));
    await expect(token(machine())).rejects.toBeInstanceOf(CredentialMismatchError);
    expect(await token(person())).toBe('old');
    expect(await token(machine({ key: 'named' }))).toBe('old');
    storage = oneRecord(JSON.stringify(record));
    expect(await token(machine())).toBe('old');
  });
});

describe('what a store is told of a record’s lifetime', () => {
  test('is a day after its end for a program’s, and nothing for a login', async () => {
    server.configure({ clock: undefined });
    const keyv = new Keyv();
    storage = new KeyvTokenStorage(keyv, { lock: 'process' });
    const flows = [
      new ClientCredentialsFlow({ ...withSecret({}), clock: undefined }),
      new PasswordFlow({ ...options({}), clock: undefined, username: 'ada', password: 'pw' }),
    ];
    for (const flow of flows) await token(flow);
    const ends = await Promise.all(flows.map(async ({ key }) => (await keyv.getRaw(key))?.expires));
    expect(Math.abs((ends[0] ?? 0) - Date.now() - 90_000_000)).toBeLessThan(60_000);
    expect(ends[1]).toBeUndefined();
  });
});
