import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  DeviceCodeFlow,
  encryption,
  KeyvTokenStorage,
  RecordUnreadableError,
  type SaveContext,
  StorageUnavailableError,
  TokenSet,
} from '@latchkey/core';
import { Keyv } from 'keyv';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const garbage = '{"access_token":"at-';
const unreadable = { constructor: RecordUnreadableError, code: 'RECORD_UNREADABLE', retryable: false };

/** A store whose saves can be broken, and what is in it. */
class Breakable extends KeyvTokenStorage {
  isBroken = false;
  readonly map: Map<string, unknown>;

  constructor(map = new Map<string, unknown>()) {
    super(new Keyv({ store: map }), { lock: 'process' });
    this.map = map;
  }
  override save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    return this.isBroken ? Promise.reject(new StorageUnavailableError()) : super.save(key, tokens, context);
  }
  spoil(key: string): void {
    this.map.set(`keyv:${key}`, garbage);
  }
}

const machine = () => ({
  server: { tokenEndpoint: scene.server.tokenEndpoint },
  clientId: 'machine',
  clientSecret: 'machine-secret',
  clock: scene.clock,
});

describe('tokens that could not be saved', () => {
  test('are saved over what is no record', async () => {
    const storage = new Breakable();
    const flow = await scene.loggedIn({ storage, lockTimeout: 0 });
    await scene.expire();
    storage.isBroken = true;
    const token = await flow.getAccessTokenRefreshIfNecessary();
    storage.spoil(flow.key);
    storage.isBroken = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await storage.load(flow.key))?.accessToken).toBe(token);
    expect(scene.renewals).toBe(1);
  });

  test('are forgotten when the record of another credential is there', async () => {
    const storage = new Breakable();
    const flow = new ClientCredentialsFlow({ ...machine(), storage, lockTimeout: 0 });
    storage.isBroken = true;
    const token = await flow.getAccessTokenRefreshIfNecessary();
    const other = TokenSet.from({ access_token: 'other' }).withStamp({ key: 'another', generation: 1 });
    storage.map.set(`keyv:${flow.key}`, JSON.stringify({ value: JSON.stringify(other) }));
    storage.isBroken = false;
    const next = await flow.getAccessTokenRefreshIfNecessary();
    expect(next).not.toBe(token);
    expect((await storage.load(flow.key))?.accessToken).toBe(next);
    expect((await flow.reload())?.accessToken).toBe(next);
  });
});

test('tokens that are renewed meanwhile are saved at once over what is no record', async () => {
  const storage = new Breakable();
  const flow = await scene.loggedIn({ storage });
  const failures: unknown[] = [];
  flow.events.on('saveFailed', (event) => failures.push(event));
  await scene.expire();
  const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
  const answer = flow.getAccessTokenRefreshIfNecessary();
  await gate.arrived;
  storage.spoil(flow.key);
  const began = scene.clock.now();
  gate.release();
  const token = await answer;
  expect((await storage.load(flow.key))?.accessToken).toBe(token);
  expect([failures, scene.clock.now() - began]).toEqual([[], 0]);
});

describe('what hooks of one’s own find that is no record', () => {
  interface Place {
    text: string | undefined;
    /** What the next look finds, when it comes. */
    slow?: Promise<string> | undefined;
  }
  const load = async (place: Place): Promise<TokenSet | undefined> => {
    const { slow, text } = place;
    place.slow = undefined;
    const found = await (slow ?? text);
    return found === undefined ? undefined : TokenSet.from(found);
  };
  const save = (place: Place, tokens: TokenSet): Promise<void> =>
    Promise.resolve().then(() => void (place.text = JSON.stringify(tokens)));

  class OwnPlace extends DeviceCodeFlow {
    readonly place: Place = { text: garbage };
    constructor() {
      super({
        server: {
          tokenEndpoint: scene.server.tokenEndpoint,
          deviceAuthorizationEndpoint: `${scene.server.issuer}/device_authorization`,
        },
        clientId: 'cli',
        clock: scene.clock,
        lock: 'process',
        promptUser: ({ userCode }) => scene.server.approve(userCode),
      });
    }
    protected override loadTokens(): Promise<TokenSet | undefined> {
      return load(this.place);
    }
    protected override saveTokens(tokens: TokenSet, _context: SaveContext): Promise<void> {
      return save(this.place, tokens);
    }
    protected override async deleteTokens(): Promise<void> {
      this.place.text = undefined;
    }
  }

  test.each([garbage, '[]', '{}', '{"scope":"read"}'])('is an error of its own: %s', async (text) => {
    const flow = new OwnPlace();
    flow.place.text = text;
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject(unreadable);
    await expect(flow.reload()).rejects.toMatchObject(unreadable);
    expect(flow.place.text).toBe(text);
  });

  test('is replaced by a login and by an import', async () => {
    const flow = new OwnPlace();
    await flow.doFlow();
    expect(flow.place.text).toContain(flow.accessToken);
    flow.place.text = garbage;
    await flow.importTokens({ access_token: 'imported' });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('imported');
    expect(flow.place.text).toContain('imported');
  });

  test('is replaced by a renewal, whose hook threw it before it gave a promise', async () => {
    class Comparing extends OwnPlace {
      protected override saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
        if (context.expected !== undefined) TokenSet.from(this.place.text);
        return super.saveTokens(tokens, context);
      }
    }
    const flow = new Comparing();
    await flow.doFlow();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const answer = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    flow.place.text = garbage;
    gate.release();
    const token = await answer;
    expect(flow.place.text).toContain(token);
  });

  test('takes nothing from memory when a login was saved since it was read', async () => {
    let answer = (): void => undefined;
    const flow = new OwnPlace();
    const found = new Promise<string>((resolve) => (answer = () => resolve(garbage)));
    flow.place.slow = found;
    const reloaded = expect(flow.reload()).rejects.toMatchObject(unreadable);
    const { accessToken } = await flow.doFlow();
    answer();
    await reloaded;
    expect(flow.accessToken).toBe(accessToken);
  });

  test('is deleted by a logout', async () => {
    const flow = new OwnPlace();
    await flow.logout();
    expect(flow.place.text).toBeUndefined();
  });

  test('is replaced by a flow that needs no person', async () => {
    const place: Place = { text: garbage };
    class Machine extends ClientCredentialsFlow {
      protected override loadTokens(): Promise<TokenSet | undefined> {
        return load(place);
      }
      protected override saveTokens(tokens: TokenSet): Promise<void> {
        return save(place, tokens);
      }
    }
    const token = await new Machine({ ...machine(), lock: 'process' }).getAccessTokenRefreshIfNecessary();
    expect(place.text).toContain(token);
  });
});

describe('a logout', () => {
  const openWith = (store: Map<string, unknown>, id: string): KeyvTokenStorage =>
    new KeyvTokenStorage(new Keyv({ store }), {
      lock: 'process',
      id: `keyv ${id}`,
      codec: encryption([{ id, secret: randomBytes(32) }]),
    });

  test('deletes a record that cannot be opened', async () => {
    const store = new Map<string, unknown>();
    await scene.loggedIn({ storage: openWith(store, 'k1') });
    const flow = scene.flow({ storage: openWith(store, 'k2') });
    await expect(flow.reload()).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_UNKNOWN' });
    let told = 0;
    flow.events.on('loggedOut', () => told++);
    await flow.logout();
    expect([[...store.keys()].filter((name) => name.includes(flow.key)), told]).toEqual([[], 1]);
  });

  test('leaves the record of another credential alone', async () => {
    const storage = new Breakable();
    const flow = scene.flow({ storage });
    const other = TokenSet.from({ access_token: 'other' }).withStamp({ key: 'another', generation: 1 });
    const entry = JSON.stringify({ value: JSON.stringify(other) });
    storage.map.set(`keyv:${flow.key}`, entry);
    await flow.logout();
    expect(storage.map.get(`keyv:${flow.key}`)).toBe(entry);
  });
});
