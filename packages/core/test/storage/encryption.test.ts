import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  CredentialMismatchError,
  DeviceCodeFlow,
  encryption,
  type EncryptionKey,
  KeyvTokenStorage,
  RecordUnreadableError,
  StorageUnavailableError,
} from '@latchkey/core';
import { describeTokenStorage, FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import Keyv from 'keyv';

const first: EncryptionKey = { id: 'k1', secret: randomBytes(32) };
const second: EncryptionKey = { id: 'k2', secret: randomBytes(32).toString('base64url') };
const record = JSON.stringify({ access_token: 'MARKED-access', refresh_token: 'MARKED-refresh', note: 'für Ada' });
const context = { key: 'client_id=app&account=ada', generation: 7 };

const withoutCryptography = `
  import { encryption } from '@latchkey/core';
  Object.defineProperty(globalThis, 'crypto', { value: {} });
  process.on('unhandledRejection', ({ name }) => console.log('unhandled', name));
  const codec = encryption([{ id: 'k1', secret: new Uint8Array(32) }]);
  await new Promise(setImmediate);
  await codec.seal('{}', { key: 'k', generation: 1 }).catch(({ message }) => console.log(message));`;

async function failureOf(opening: Promise<string>): Promise<Error & { code?: string }> {
  return opening.then(
    () => new Error('it was opened'),
    (error: unknown) => error as Error,
  );
}

describe('encryption', () => {
  test('opens what it sealed, and leaves no secret readable', async () => {
    const codec = encryption([first]);
    const sealed = await codec.seal(record, context);
    expect(await codec.open(sealed, context)).toBe(record);
    expect(sealed).not.toMatch(/MARKED|Ada|access_token/);
    expect(JSON.parse(sealed)).toMatchObject({ latchkey: { ...context, key_id: 'k1' } });
  });

  test('seals the same record differently each time', async () => {
    const codec = encryption([first]);
    expect(await codec.seal(record, context)).not.toBe(await codec.seal(record, context));
  });

  test('opens with any of its keys, and seals with the first', async () => {
    const old = await encryption([first]).seal(record, context);
    const rotated = encryption([second, first]);
    expect(await rotated.open(old, context)).toBe(record);
    expect(JSON.parse(await rotated.seal(record, context))).toMatchObject({ latchkey: { key_id: 'k2' } });
  });

  test('says when the key is not among those given, or is another of the same id', async () => {
    const sealed = await encryption([first]).seal(record, context);
    const unknown = await failureOf(encryption([second]).open(sealed, context));
    const wrong = await failureOf(encryption([{ id: 'k1', secret: randomBytes(32) }]).open(sealed, context));
    expect([unknown.code, wrong.code]).toEqual(['ENCRYPTION_KEY_UNKNOWN', 'ENCRYPTION_KEY_WRONG']);
    for (const error of [unknown, wrong]) expect(error).toBeInstanceOf(RecordUnreadableError);
    expect(unknown).toMatchObject({ retryable: false });
  });

  test('notices a record that was moved to another credential, relabelled or not', async () => {
    const codec = encryption([first]);
    const sealed = await codec.seal(record, context);
    const other = { key: 'client_id=app&account=eve' };
    expect(await failureOf(codec.open(sealed, other))).toBeInstanceOf(CredentialMismatchError);
    const relabelled = sealed.replace('account=ada', 'account=eve');
    expect(await failureOf(codec.open(relabelled, other))).toMatchObject({ code: 'RECORD_ALTERED' });
  });

  test.each([
    ['its generation', (text: string) => text.replace('"generation":7', '"generation":8')],
    [
      'a byte of it',
      (text: string) => text.replace(/"sealed":"(.)/, (_all, byte) => `"sealed":"${byte === 'A' ? 'B' : 'A'}`),
    ],
    [
      'its length',
      (text: string) => {
        const { length, sealed, ...rest } = JSON.parse(text) as { length: number; sealed: string };
        return JSON.stringify({ ...rest, length: length - 3, sealed: sealed.slice(4) });
      },
    ],
    ['its nonce', (text: string) => text.replace(/"iv":"(.)/, (_all, byte) => `"iv":"${byte === 'A' ? 'B' : 'A'}`)],
  ])('notices when %s was changed', async (_name, change) => {
    const codec = encryption([first]);
    const sealed = await codec.seal(record, context);
    expect(change(sealed)).not.toBe(sealed);
    expect(await failureOf(codec.open(change(sealed), context))).toMatchObject({ code: 'RECORD_ALTERED' });
  });

  test('tells a record that was cut short', async () => {
    const codec = encryption([first]);
    const envelope = JSON.parse(await codec.seal(record, context)) as { sealed: string };
    const cut = JSON.stringify({ ...envelope, sealed: envelope.sealed.slice(0, 40) });
    expect(await failureOf(codec.open(cut, context))).toMatchObject({ code: 'RECORD_TRUNCATED' });
    const torn = JSON.stringify(envelope).slice(0, -40);
    expect(await failureOf(codec.open(torn, context))).toMatchObject({ code: 'RECORD_UNREADABLE' });
  });

  test('refuses a plain record unless it was told to read them', async () => {
    expect(await failureOf(encryption([first]).open(record, context))).toMatchObject({ code: 'RECORD_NOT_ENCRYPTED' });
    expect(await encryption([first], { readPlain: true }).open(record, context)).toBe(record);
  });

  test('fails where there is no Web Cryptography, as on a page over http, once it is used and not before', async () => {
    const args = ['--input-type=module', '-e', withoutCryptography];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    expect(stdout).toBe("Cannot read properties of undefined (reading 'importKey')\n");
  });

  test.each([
    ['no key', []],
    ['two keys of one id', [first, first]],
    ['a key of 16 bytes', [{ id: 'k', secret: randomBytes(16) }]],
    ['one key that is in no list', first as never],
    ['a key without an id', [{ secret: randomBytes(32) } as never]],
    ['a key whose id is a number', [{ id: 1 as never, secret: randomBytes(32) }]],
    ['a key that is no base64', [{ id: 'k', secret: '!' }]],
  ])('with %s is a TypeError', (_name, keys) => {
    expect(() => encryption(keys)).toThrow(TypeError);
  });
});

describe('a flow over an encrypted storage', () => {
  test('ends in a typed error under a wrong key, and a login puts it right', async () => {
    await using server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
    const map = new Map();
    const over = (codec: ReturnType<typeof encryption>): KeyvTokenStorage =>
      new KeyvTokenStorage(new Keyv({ store: map }), { lock: 'process', codec, id: `keyv:${Math.random()}` });
    const clock = new TestClock({ autoAdvance: true });
    const options = { issuer: server.issuer, clientId: 'app', clock, promptUser: () => undefined };
    await new DeviceCodeFlow({ ...options, storage: over(encryption([first])) }).doFlow();
    expect(JSON.stringify([...map])).not.toMatch(/at_|rt_/);
    const flow = new DeviceCodeFlow({ ...options, storage: over(encryption([second])) });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(StorageUnavailableError);
    await flow.doFlow();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
  });

  test('that needs no person does not overwrite what another key sealed, but does what nobody can read', async () => {
    await using server = await FakeAuthorizationServer.start();
    const map = new Map();
    const flow = (codec?: ReturnType<typeof encryption>): ClientCredentialsFlow =>
      new ClientCredentialsFlow({
        issuer: server.issuer,
        clientId: 'machine',
        clientSecret: 'machine-secret',
        storage: new KeyvTokenStorage(new Keyv({ store: map }), {
          lock: 'process',
          codec,
          id: `keyv:${Math.random()}`,
        }),
      });
    await flow(encryption([first])).getAccessTokenRefreshIfNecessary();
    const before = JSON.stringify([...map]);
    await expect(flow(encryption([second])).getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'ENCRYPTION_KEY_UNKNOWN',
    });
    const sealed = { code: 'RECORD_SEALED', retryable: false };
    await expect(flow().getAccessTokenRefreshIfNecessary()).rejects.toMatchObject(sealed);
    expect(JSON.stringify([...map].filter(([name]) => !String(name).includes('writable')))).toBe(
      JSON.stringify((JSON.parse(before) as [string, string][]).filter(([name]) => !name.includes('writable'))),
    );
    for (const [name] of map) map.set(name, JSON.stringify({ value: 'not a record' }));
    await flow().getAccessTokenRefreshIfNecessary();
    server.ledger.assertTokenRequests(2);
  });
});

const stores = new WeakMap<object, Map<unknown, unknown>>();

describeTokenStorage(
  'an encrypted KeyvTokenStorage',
  { describe, test },
  {
    create: async () => encryptedOver(new Map()),
    reopen: async (storage) => encryptedOver(stores.get(storage) ?? new Map()),
    dispose: async () => undefined,
  },
);

function encryptedOver(map: Map<unknown, unknown>): KeyvTokenStorage {
  const storage = new KeyvTokenStorage(new Keyv({ store: map }), {
    lock: 'process',
    codec: encryption([first, second]),
  });
  stores.set(storage, map);
  return storage;
}
