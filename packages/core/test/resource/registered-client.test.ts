import { beforeEach, describe, expect, test } from '@jest/globals';
import { AuthFlowError, LockUnavailableError, MemoryTokenStorage, RegistrationError, TokenSet } from '@latchkey/core';
import { discoverResource, type DiscoveredResource, type ResourceClient } from '@latchkey/core/resource';
import { TestClock } from '@latchkey/core/testing';
import { inspect } from 'node:util';
import { api, honestWeb, issuer, type ScriptedWeb } from './scripted-web.js';

const register = { client_name: 'my-cli' };
const metadataUrl = 'https://my-cli.example/client.json';

let storage: MemoryTokenStorage;
let clock: TestClock;

beforeEach(() => {
  storage = new MemoryTokenStorage();
  clock = new TestClock();
});

const find = (web: ScriptedWeb, client: ResourceClient = { register }, more = {}): Promise<DiscoveredResource> =>
  discoverResource(api, { client, storage, clock, fetch: web.fetch, ...more });

const registrations = (web: ScriptedWeb): number => web.asked.filter((line) => line.startsWith('POST')).length;

describe('a client that registers', () => {
  test('is a record without tokens under the issuer, saved before it is used', async () => {
    const web = honestWeb();
    expect(await find(web)).toMatchObject({ clientId: 'client-1', clientAuthentication: 'none' });
    expect(web.bodies).toEqual([
      {
        client_name: 'my-cli',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ]);
    const record = await storage.load(`client ${issuer}`);
    expect(record?.accessToken ?? record?.refreshToken).toBeUndefined();
    expect(record?.toJSON().registered_client).toMatchObject({ issuer, client_id: 'client-1' });
    expect(TokenSet.from(JSON.stringify(record)).toJSON()).toEqual(record?.toJSON());
  });

  test('registers once, for all that share the storage', async () => {
    const web = honestWeb();
    const found = await Promise.all(Array.from({ length: 8 }, () => find(web)));
    expect(new Set(found.map(({ clientId }) => clientId))).toEqual(new Set(['client-1']));
    expect(await find(web)).toMatchObject({ clientId: 'client-1' });
    expect(registrations(web)).toBe(1);
  });

  test('is used at no other server, though that had its record', async () => {
    await find(honestWeb());
    const other = 'https://other.example';
    const web = honestWeb({ authorization_servers: [other] }).server(other);
    const stolen = await storage.load(`client ${issuer}`);
    const context = { reason: 'login', expected: 0, lock: { signal: new AbortController().signal } } as const;
    await storage.save(`client ${other}`, stolen!, { ...context, expected: undefined });
    const { clientId } = await find(web);
    expect(registrations(web)).toBe(1);
    expect(clientId).toBe('client-1'); // of the other server's own count
    const record = await storage.load(`client ${other}`);
    expect(record?.toJSON().registered_client).toMatchObject({ issuer: other });
  });

  test('registers anew when the server refuses it, once for all', async () => {
    const web = honestWeb();
    await find(web);
    const refused = { refused: 'client-1' };
    const found = await Promise.all(Array.from({ length: 8 }, () => find(web, { register }, refused)));
    expect(new Set(found.map(({ clientId }) => clientId))).toEqual(new Set(['client-2']));
    expect(registrations(web)).toBe(2);
  });

  test('registers for another redirect URI, though it has just replaced one that was refused', async () => {
    const web = honestWeb();
    await find(web);
    await find(web, { register }, { refused: 'client-1' });
    const redirect_uris = ['http://127.0.0.1/new'];
    expect(await find(web, { register: { redirect_uris } })).toMatchObject({ clientId: 'client-3' });
  });

  test('registers under the lock, and is found again without', async () => {
    let locks = 0;
    const expected: unknown[] = [];
    const withLock: MemoryTokenStorage['withLock'] = (key, task, options) => {
      locks++;
      return MemoryTokenStorage.prototype.withLock.call(storage, key, task, options) as ReturnType<typeof task>;
    };
    const save: MemoryTokenStorage['save'] = (key, tokens, context) => {
      expected.push(context.expected);
      return MemoryTokenStorage.prototype.save.call(storage, key, tokens, context);
    };
    Object.assign(storage, { withLock, save });
    for (const web of [honestWeb(), honestWeb()]) await find(web);
    expect(locks).toBe(1);
    expect(expected).toEqual([0]);
  });

  test('waits for the lock by the caller’s signal', async () => {
    const waiting: AbortSignal[] = [];
    const left = new AbortController();
    const withLock: MemoryTokenStorage['withLock'] = (_key, _task, { signal }) => {
      waiting.push(signal);
      left.abort(new Error('left'));
      return Promise.reject(signal.reason as Error);
    };
    Object.assign(storage, { withLock });
    await expect(find(honestWeb(), { register }, { signal: left.signal })).rejects.toThrow('left');
    expect(waiting.map((each) => each === left.signal)).toEqual([true]);
  });

  test.each<[string, (task: () => Promise<unknown>) => Promise<unknown>]>([
    ['swallows what its task fails with', (task) => task().catch(() => undefined)],
    ['tries its task again', (task) => task().catch(task)],
  ])('asks once under a lock that %s, and says why there is no client', async (_what, withLock) => {
    const held = { signal: new AbortController().signal };
    Object.assign(storage, {
      withLock: ((_key, task) => withLock(() => task(held))) as MemoryTokenStorage['withLock'],
    });
    const web = honestWeb().json(`${issuer}/register`, { error: 'invalid_client_metadata' }, 400, 'POST');
    await expect(find(web)).rejects.toBeInstanceOf(RegistrationError);
    expect(registrations(web)).toBe(1);
  });

  test('asks for none under a lock that never runs its task', async () => {
    Object.assign(storage, { withLock: async () => undefined });
    const web = honestWeb();
    await expect(find(web)).rejects.toBeInstanceOf(LockUnavailableError);
    expect(registrations(web)).toBe(0);
  });

  test('registers anew where the record does not say which redirect URIs it has', async () => {
    const record = TokenSet.from({ registered_client: { issuer, client_id: 'of-another-version' } });
    await storage.save(`client ${issuer}`, record, { expected: 0 });
    expect(await find(honestWeb())).toMatchObject({ clientId: 'client-1' });
  });

  test('registers where the server takes documents too, and nowhere without a place for it', async () => {
    const web = honestWeb().server(issuer, { client_id_metadata_document_supported: true });
    expect(await find(web)).toMatchObject({ clientId: 'client-1' });
    const none = honestWeb().server(issuer, { registration_endpoint: undefined });
    storage = new MemoryTokenStorage();
    await expect(find(none)).rejects.toMatchObject({ code: 'NO_CLIENT_FOR_SERVER' });
    expect(registrations(none)).toBe(0);
  });

  test('registers anew once a minute at most', async () => {
    const web = honestWeb();
    await find(web);
    await find(web, { register }, { refused: 'client-1' });
    const again = (): Promise<DiscoveredResource> => find(web, { register }, { refused: 'client-2' });
    await expect(again()).rejects.toMatchObject({ code: 'CLIENT_REFUSED_AGAIN', retryable: true, retryAfter: 60 });
    await clock.advance(20_500);
    await expect(again()).rejects.toMatchObject({ retryAfter: 40 });
    expect(registrations(web)).toBe(2);
    await clock.advance(40_000);
    expect(await again()).toMatchObject({ clientId: 'client-3' });
  });

  test('keeps a secret where the server wants one, until that ends', async () => {
    const methods = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    const end = Math.floor(clock.now() / 1000) + 100;
    const web = honestWeb().server(issuer, methods);
    web.answer(
      `${issuer}/register`,
      () => Response.json({ client_id: 'c', client_secret: 'hush', client_secret_expires_at: end }, { status: 201 }),
      'POST',
    );
    expect(await find(web)).toMatchObject({ clientSecret: 'hush', clientAuthentication: 'client_secret_post' });
    expect(web.bodies).toMatchObject([{ token_endpoint_auth_method: 'client_secret_post' }]);
    expect(inspect(await storage.load(`client ${issuer}`), { depth: 9 })).not.toContain('hush');
    await find(web);
    expect(registrations(web)).toBe(1);
    await clock.advance(100_000);
    await find(web);
    expect(registrations(web)).toBe(2);
  });

  test('takes no token from what the server answers', async () => {
    const web = honestWeb().answer(
      `${issuer}/register`,
      () => Response.json({ client_id: 'c', access_token: 'planted', refresh_token: 'planted', latchkey: {} }),
      'POST',
    );
    await find(web);
    expect(JSON.stringify(await storage.load(`client ${issuer}`))).not.toContain('planted');
  });

  test('registers anew when it wants another redirect URI, and keeps those that it has', async () => {
    const web = honestWeb();
    await find(web, { register: { ...register, redirect_uris: ['http://127.0.0.1/old'] } });
    expect(await find(web, { register: { ...register, redirect_uris: ['http://127.0.0.1/new'] } })).toMatchObject({
      clientId: 'client-2',
    });
    await find(web, { register: { ...register, redirect_uris: ['http://127.0.0.1/old'] } });
    expect(registrations(web)).toBe(2);
  });

  test('says what the server says when it registers nobody', async () => {
    const web = honestWeb().json(
      `${issuer}/register`,
      { error: 'invalid_redirect_uri', error_description: 'Not on loopback.' },
      400,
      'POST',
    );
    const refusal: unknown = await find(web).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RegistrationError);
    expect(refusal).toBeInstanceOf(AuthFlowError);
    expect(refusal).toMatchObject({
      code: 'REGISTRATION_REFUSED',
      status: 400,
      error: 'invalid_redirect_uri',
      errorDescription: 'Not on loopback.',
      retryable: false,
    });
    expect(await storage.load(`client ${issuer}`)).toBeUndefined();
  });

  test('needs a storage of more than one record', async () => {
    const web = honestWeb();
    await expect(find(web, { register }, { storage: undefined })).rejects.toThrow('storage');
    const file = Object.assign(new MemoryTokenStorage(), { isOneRecord: true });
    await expect(find(web, { register }, { storage: file })).rejects.toThrow('perKey: true');
    await expect(find(web, {})).rejects.toBeInstanceOf(TypeError);
    for (const url of [
      'http://my-cli.example/x',
      'https://my-cli.example',
      `${metadataUrl}#x`,
      'https://me@my-cli.example/x',
    ])
      await expect(find(web, { metadataUrl: url })).rejects.toBeInstanceOf(TypeError);
    expect(web.asked).toEqual([]);
  });
});

describe('a client that is described by a document', () => {
  test('has its URL for an id where the server reads such, and registers elsewhere', async () => {
    const web = honestWeb();
    expect(await find(web, { metadataUrl, register })).toMatchObject({ clientId: 'client-1' });
    web.server(issuer, { client_id_metadata_document_supported: true });
    const found = await find(web, { metadataUrl, register });
    expect(found).toMatchObject({ clientId: metadataUrl, clientAuthentication: 'none' });
    expect(registrations(web)).toBe(1);
    web.server(issuer, { client_id_metadata_document_supported: 'true' });
    await expect(find(web, { metadataUrl })).rejects.toMatchObject({ code: 'NO_CLIENT_FOR_SERVER' });
  });

  test('may be chosen by a function of the issuer', async () => {
    const web = honestWeb();
    const client = (of: string): ResourceClient => ({ clientId: of, clientSecret: 'hush' });
    const found = await discoverResource(api, { client, fetch: web.fetch });
    expect(found).toMatchObject({
      clientId: issuer,
      clientSecret: 'hush',
      clientAuthentication: 'client_secret_basic',
    });
  });
});
