import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  DeviceCodeFlow,
  KeyvTokenStorage,
  type Lock,
  MemoryTokenStorage,
  ProcessLock,
  TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { asOtherProcess, FakeAuthorizationServer, faults, TestClock } from '@latchkey/core/testing';
import Keyv from 'keyv';
import { oneRecord } from '../scenes/one-record.js';

let server: FakeAuthorizationServer;
let clock: TestClock;
let prompts: string[];

beforeEach(async () => {
  clock = new TestClock({ autoAdvance: true });
  server = await FakeAuthorizationServer.start({ clock, expiresIn: 3600 });
  prompts = [];
});
afterEach(() => server.stop());

const options = () => ({ issuer: server.issuer, clientId: 'app', clock });
function person(
  storage: TokenStorage,
  scope = 'read',
  answer: () => Promise<void> = async () => undefined,
): DeviceCodeFlow {
  const promptUser = async ({ userCode }: { userCode: string }): Promise<void> => {
    prompts.push(userCode);
    await answer();
    server.approve(userCode);
  };
  return new DeviceCodeFlow({ ...options(), storage, scope, promptUser });
}
const interactive = { interactive: true } as const;

describe('withScope', () => {
  test('steps a login up to the union, by which others go on, and which they never narrow', async () => {
    const storage = new MemoryTokenStorage();
    const flow = person(storage);
    await flow.doFlow();
    const wider = flow.withScope('write read');
    expect(wider.key).toBe(flow.key);
    await expect(wider.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'SCOPE_MISSING' });
    const token = await wider.getAccessTokenRefreshIfNecessary(interactive);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect(await wider.getAccessTokenRefreshIfNecessary(interactive)).toBe(token);
    await person(asOtherProcess(storage)).doFlow();
    expect((await wider.reload())?.stamp?.requested_scope?.split(' ').sort()).toEqual(['read', 'write']);
    await wider.getAccessTokenRefreshIfNecessary();
    expect(prompts).toHaveLength(3);
  });

  test('means exactly those scopes on a program’s flow', async () => {
    const flow = new ClientCredentialsFlow({ ...options(), clientSecret: 'app-secret', scope: 'orders', key: 'k' });
    const users = flow.withScope('users');
    const tokens = [await flow.getAccessTokenRefreshIfNecessary(), await users.getAccessTokenRefreshIfNecessary()];
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(tokens[0]);
    expect(server.ledger.tokenRequests.map(({ parameters }) => parameters['scope'])).toEqual(['orders', 'users']);
  });

  test('says where a scope comes from that the server has no more, and that no option names', async () => {
    const storage = new MemoryTokenStorage();
    await person(storage, 'read legacy').doFlow();
    server.nextAnswers({ endpoint: 'device_authorization' }, faults.oauthError('invalid_scope'));
    const login = person(asOtherProcess(storage), 'read').doFlow();
    await expect(login).rejects.toMatchObject({
      code: 'DEVICE_CODE_REFUSED',
      remedy: expect.stringContaining('logout()'),
    });
  });

  test('is a TypeError without a scope', () => {
    expect(() => person(new MemoryTokenStorage()).withScope(' ')).toThrow(TypeError);
  });

  test('takes hooks of one’s own along', async () => {
    const place = new Map<string, string>();
    class OwnPlace extends DeviceCodeFlow {
      protected override async loadTokens(): Promise<TokenSet | undefined> {
        const text = place.get('tokens');
        return text === undefined ? undefined : TokenSet.from(text);
      }
      protected override async saveTokens(tokens: TokenSet): Promise<void> {
        place.set('tokens', JSON.stringify(tokens));
      }
    }
    const promptUser = ({ userCode }: { userCode: string }) => server.approve(userCode);
    const flow = new OwnPlace({ ...options(), scope: 'read', promptUser, lock: new ProcessLock() });
    await flow.doFlow();
    const token = await flow.withScope('write').getAccessTokenRefreshIfNecessary(interactive);
    expect((await flow.reload())?.accessToken).toBe(token);
  });
});

/** Each storage, as two processes have it. */
const storages: [string, () => [TokenStorage, TokenStorage], { lock?: Lock }?][] = [
  ['memory', () => twice(new MemoryTokenStorage())],
  ['Keyv', () => twice(new KeyvTokenStorage(new Keyv(), { lock: new ProcessLock() }))],
];

function twice(storage: TokenStorage): [TokenStorage, TokenStorage] {
  return [asOtherProcess(storage), asOtherProcess(storage)];
}

describe.each(storages)('two processes over %s that need a login at once', (_name, storagesOf) => {
  test('ask the person once, and hold up no renewal meanwhile', async () => {
    const [one, two] = storagesOf();
    let approve: () => void = () => undefined;
    const approved = new Promise<void>((resolve) => (approve = resolve));
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    await person(one).doFlow();
    prompts = [];
    const slowly = async (): Promise<void> => {
      isAsked();
      await approved;
    };
    const flows = [person(one, 'read write', slowly), person(two, 'read write', slowly)];
    const answers = flows.map((flow) => flow.getAccessTokenRefreshIfNecessary(interactive));
    await asked;
    await person(two).refresh();
    const leaving = new AbortController();
    const left = person(asOtherProcess(two), 'read write').doFlow({ signal: leaving.signal });
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    approve();
    const tokens = await Promise.all(answers);
    expect(new Set(tokens).size).toBe(1);
    expect(prompts).toHaveLength(1);
  });

  test('log in one after another where the first login lacks scopes of the second', async () => {
    const [one, two] = storagesOf();
    await Promise.all([person(one, 'a').doFlow(), person(two, 'b').doFlow()]);
    expect((await person(two, 'a b').reload())?.stamp?.requested_scope?.split(' ').sort()).toEqual(['a', 'b']);
    expect(prompts).toHaveLength(2);
  });
});

describe('a storage with one lock whatever the key', () => {
  test('excludes nobody while a person is busy, rather than all for ever', async () => {
    const flow = person(oneRecord());
    await flow.doFlow();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
  });
});
