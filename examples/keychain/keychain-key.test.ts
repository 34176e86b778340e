import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { encryption, type EncryptionKey, type RecordCodec, TokenSet } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { fileLock, FileTokenStorage } from '@latchkey/storage-file';
import { keychainKey, type KeychainKeyOptions } from '../dist/keychain/keychain-key.js';
import { SecretService } from '../dist/keychain/secret-service.js';
import { describeKeychain, describeLinux } from '../selection.js';

const key = 'the key';
const anew = { reason: 'login', expected: undefined } as const;
const waiting = { signal: new AbortController().signal, timeout: 5 };
const { DBUS_SESSION_BUS_ADDRESS: usual } = process.env;

let folder: string;
const keyOf = (more: Partial<KeychainKeyOptions> = {}): Promise<EncryptionKey[]> =>
  keychainKey({ service: 'latchkey-test', account: 'a', file: join(folder, 'key.json'), whenMissing: 'fail', ...more });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-keychain-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  delete process.env['DBUS_SESSION_BUS_ADDRESS'];
  if (usual !== undefined) process.env['DBUS_SESSION_BUS_ADDRESS'] = usual;
});

/** What the folder holds of keys and tokens. */
function files(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const storageWith = (keys: EncryptionKey[]): FileTokenStorage =>
  new FileTokenStorage(join(folder, 'tokens.json'), { codec: encryption(keys) });

async function saveTokens(keys: EncryptionKey[]): Promise<void> {
  const storage = storageWith(keys);
  const tokens = TokenSet.from({ access_token: 'MARKED', refresh_token: 'MARKED' });
  await storage.withLock(key, (lock) => storage.save(key, tokens, { ...anew, lock }), waiting);
}

function describeContract(name: string, find: () => Promise<EncryptionKey[]>): void {
  const open = (storage: FileTokenStorage, codec: RecordCodec | undefined): FileTokenStorage =>
    new FileTokenStorage(storage.id, { perKey: true, codec });
  let keys: EncryptionKey[];
  beforeEach(async () => {
    keys = await find();
  });
  describeTokenStorage(
    name,
    { describe, test },
    {
      create: async () =>
        new FileTokenStorage(`${mkdtempSync(join(folder, 'tokens-'))}/`, { perKey: true, codec: encryption(keys) }),
      reopen: async (storage) => open(storage, encryption(keys)),
      reopenWith: async (storage, codec) => open(storage, codec),
      async breakIt({ id }) {
        rmSync(id, { recursive: true });
        writeFileSync(id, 'no folder');
      },
      dispose: async ({ id }) => rmSync(id, { recursive: true, force: true }),
    },
  );
}

// Elsewhere it would be the keychain of who runs the tests.
describeLinux('Where there is no keychain', () => {
  beforeEach(() => {
    process.env['DBUS_SESSION_BUS_ADDRESS'] = `unix:path=${folder}/no-bus`;
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  });
  afterEach(() => void jest.restoreAllMocks());

  test('the library takes a keyring of the kernel by default, and does not say so', async () => {
    const script = `import { Entry } from '@napi-rs/keyring'; new Entry('latchkey-test', 'a'); console.log('no error')`;
    const args = ['--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: import.meta.dirname,
      env: process.env,
    });
    expect(stdout).toBe('no error\n');
  });

  test('a program that wants one is told so, and what to do, and no key is made', async () => {
    await expect(keyOf()).rejects.toMatchObject({
      code: 'KEYCHAIN_MISSING',
      message: expect.stringMatching(/no keychain .* latchkey-test \(.*no-bus/),
      remedy: expect.stringContaining('gnome-keyring'),
    });
    expect(files()).toEqual({});
  });

  test('another keeps its key in a private file, says so once, and finds it again', async () => {
    const keys = await keyOf({ whenMissing: 'file' });
    expect(await keyOf({ whenMissing: 'file' })).toEqual(keys);
    expect(Buffer.from(String(keys[0]?.secret), 'base64')).toHaveLength(32);
    expect(statSync(join(folder, 'key.json')).mode & 0o777).toBe(0o600);
    expect(jest.mocked(process.emitWarning).mock.calls).toEqual([
      [expect.stringContaining(`kept in ${folder}/key.json`), { code: 'KEYCHAIN_MISSING' }],
    ]);
  });

  test('eight that come at once have one key', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => keyOf({ whenMissing: 'file' })));
    expect(new Set(keys.map(([key]) => key?.secret)).size).toBe(1);
  });

  test('one that had to wait for its turn takes the key that was made meanwhile', async () => {
    const file = join(folder, 'key.json');
    const secret = 'made meanwhile';
    let late: Promise<EncryptionKey[]> | undefined;
    const make = async (): Promise<void> => {
      late = keyOf({ whenMissing: 'file' }); // has looked, and found none
      writeFileSync(file, JSON.stringify({ key: 'file', secret }));
    };
    await fileLock(file).withLock('key', make, waiting);
    expect(await late).toMatchObject([{ secret }]);
  });

  test('a key that is in a keychain elsewhere is not made a second time', async () => {
    writeFileSync(join(folder, 'key.json'), '{"key":"keychain"}');
    const before = files();
    await expect(keyOf({ whenMissing: 'file' })).rejects.toMatchObject({
      code: 'KEYCHAIN_MISSING',
      remedy: expect.stringContaining('cron, ssh and containers'),
    });
    expect(files()).toEqual(before);
  });

  test('a wrong option is refused, and brings no key into a file', async () => {
    await expect(keyOf({ whenMissing: 'fial' as 'fail' })).rejects.toThrow(TypeError);
    for (const timeout of [0, NaN, Infinity]) await expect(keyOf({ timeout })).rejects.toThrow(TypeError);
    expect(files()).toEqual({});
  });

  test('a note that cannot be read is no note that is not there', async () => {
    writeFileSync(join(folder, 'key.json'), '{"key":');
    await expect(keyOf({ whenMissing: 'file' })).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(files()).toEqual({ 'key.json': '{"key":' });
  });

  describe('tokens are kept by', () => {
    describeContract('a file whose key is in a file', () => keyOf({ whenMissing: 'file' }));
  });
});

describeKeychain('A key in the Secret Service', () => {
  let kept: string;
  let service: SecretService;
  const start = async (options: { isLocked?: boolean; prompter?: '/bin/sleep 60' } = {}): Promise<void> => {
    service = await SecretService.start({ folder: kept, ...options });
    process.env['DBUS_SESSION_BUS_ADDRESS'] = service.address;
  };
  const restart = async (options?: Parameters<typeof start>[0]): Promise<void> => {
    await service[Symbol.asyncDispose]();
    await start(options);
  };
  beforeEach(async () => {
    kept = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
    await start();
  });
  afterEach(async () => {
    await service[Symbol.asyncDispose]();
    rmSync(kept, { recursive: true });
  });

  test('outlives a restart of the service, and is in no file of the program', async () => {
    const keys = await keyOf();
    await saveTokens(keys);
    await restart();
    expect(await keyOf()).toEqual(keys);
    expect(JSON.stringify(files())).not.toMatch('MARKED');
    expect(JSON.stringify(files())).not.toContain(keys[0]?.secret);
    expect(readFileSync(join(folder, 'key.json'), 'utf8')).toBe('{"key":"keychain"}');
  });

  test('is one for eight that come at once', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => keyOf()));
    expect(new Set(keys.map(([key]) => key?.secret)).size).toBe(1);
    expect(await keyOf()).toEqual(keys[0]);
  });

  test('is taken over from whoever died before it was noted', async () => {
    const keys = await keyOf();
    unlinkSync(join(folder, 'key.json'));
    expect(await keyOf()).toEqual(keys);
  });

  test('is not replaced while the service is locked, whoever asks, and is found when that is over', async () => {
    const keys = await keyOf();
    await restart({ isLocked: true });
    for (const file of [join(folder, 'key.json'), join(folder, 'other.json')]) {
      await expect(keyOf({ file, whenMissing: 'file' })).rejects.toMatchObject({
        code: 'KEYCHAIN_UNAVAILABLE',
        retryable: true,
        remedy: expect.stringContaining('Unlock it'),
      });
    }
    expect(Object.keys(files())).toEqual(['key.json']);
    await restart();
    expect(await keyOf()).toEqual(keys);
  });

  test('is not waited for without end while somebody is asked to unlock it', async () => {
    await keyOf();
    await restart({ isLocked: true, prompter: '/bin/sleep 60' });
    let turns = 0;
    const timer = setInterval(() => ++turns, 50);
    await expect(keyOf({ timeout: 2 })).rejects.toMatchObject({
      code: 'KEYCHAIN_UNAVAILABLE',
      message: expect.stringContaining('did not answer within 2 s'),
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10); // the program went on meanwhile
  });

  test('is not made in a file while the service hangs', async () => {
    service.freeze();
    await expect(keyOf({ whenMissing: 'file' })).rejects.toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE' });
    expect(files()).toEqual({});
  });

  test('that is lost is said to be so, and nothing is overwritten until somebody logs in', async () => {
    const keys = await keyOf();
    await saveTokens(keys);
    const before = files();
    await service[Symbol.asyncDispose]();
    rmSync(kept, { recursive: true });
    kept = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
    await start();
    for (const whenMissing of ['fail', 'file'] as const) {
      await expect(keyOf({ whenMissing })).rejects.toMatchObject({
        code: 'KEYCHAIN_KEY_LOST',
        message: expect.stringContaining('cannot be read without it'),
        retryable: false,
      });
    }
    expect(files()).toEqual(before);
    unlinkSync(join(folder, 'key.json'));
    const fresh = await keyOf();
    await expect(storageWith(fresh).load(key)).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_WRONG' });
    expect(files()['tokens.json']).toBe(before['tokens.json']);
    await saveTokens(fresh);
    expect((await storageWith(fresh).load(key))?.accessToken).toBe('MARKED');
  });
});

describeKeychain('A storage whose key is in the Secret Service', () => {
  let kept: string;
  let service: SecretService;
  beforeAll(async () => {
    kept = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
    service = await SecretService.start({ folder: kept });
  });
  beforeEach(() => {
    process.env['DBUS_SESSION_BUS_ADDRESS'] = service.address;
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    rmSync(kept, { recursive: true });
  });
  describeContract('an encrypted file', () => keyOf());
});
