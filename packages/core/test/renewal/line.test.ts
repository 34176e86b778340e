import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  type DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  JwtBearerFlow,
  LockTimeoutError,
  PasswordFlow,
  RefreshOutcomeUnknownError,
  StoredAuthFlow,
  type StoredAuthFlowOptions,
  TokenExchangeFlow,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { faults, type Gate } from '@latchkey/core/testing';
import { lineOf, type Place } from '../../dist/platform/line.js';
import { DeviceScene } from '../scenes/device-scene.js';

const places = 32;
const assertion = `e30.${btoa(JSON.stringify({ sub: 'ada' }))}.c2ln`;
let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  await scene[Symbol.asyncDispose]();
});

const call = (flow: { getAccessTokenRefreshIfNecessary(): Promise<string> }): Promise<string> =>
  flow.getAccessTokenRefreshIfNecessary();

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turns(1);
}

/** Lets everything go on that waits for no answer. */
async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Accounts of one flow that are logged in. */
async function accounts(count: number, options: Partial<DeviceCodeFlowOptions> = {}): Promise<DeviceCodeFlow[]> {
  const flow = scene.flow(options);
  const made = Array.from({ length: count }, (_, index) => flow.withAccount(`account ${index}`));
  for (const account of made) await account.doFlow();
  scene.server.ledger.clear();
  return made;
}

/** How many locks are held under this storage, and were at most. */
function countLocks(): { storage: TokenStorage; locks: { held: number; most: number } } {
  const locks = { held: 0, most: 0 };
  const withLock: TokenStorage['withLock'] = (key, task, options) =>
    scene.storage.withLock(
      key,
      async (lock) => {
        locks.most = Math.max(locks.most, ++locks.held);
        try {
          return await task(lock);
        } finally {
          locks.held--;
        }
      },
      options,
    );
  return { storage: scene.storageWith({ withLock }), locks };
}

/** Keeps renewals unanswered until released. */
function holdRenewals(): Gate {
  return scene.server.hold({ grantType: 'refresh_token', times: Infinity });
}

/** Takes all places in line, and gives them back when told. */
async function takeAllPlaces(): Promise<() => void> {
  const line = lineOf(scene.server.issuer);
  const taken: Place[] = [];
  for (let place = 0; place < places; place++) taken.push(await line.enter({ seconds: 300, limit: () => places }));
  return () => taken.forEach((place) => place.leave());
}

/** How many places are free. */
function freePlaces(): number {
  const line = lineOf(scene.server.issuer);
  const taken: Place[] = [];
  for (let place; (place = line.tryEnter({ seconds: 300, limit: () => places }));) taken.push(place);
  for (const place of taken) place.leave();
  return taken.length;
}

/** Holds the locks of these flows, as another process would. */
async function holdLocks(flows: readonly { readonly key: string }[]): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const options = { signal: new AbortController().signal, timeout: 5 };
  await Promise.all(
    flows.map(
      ({ key }) =>
        new Promise<void>((resolve) => {
          void scene.storage.withLock(key, () => (resolve(), released), options);
        }),
    ),
  );
  return release;
}

describe('accounts that are due at once', () => {
  test('hold 32 locks and 32 requests at most, and are all served', async () => {
    const { storage, locks } = countLocks();
    const flows = await accounts(100, { storage });
    await scene.expire();
    locks.most = 0;
    const gate = holdRenewals();
    const calls = flows.map(call);
    await until(() => scene.renewals >= places);
    await turns();
    expect([scene.renewals, locks.held]).toEqual([places, places]);
    gate.release();
    expect(new Set(await Promise.all(calls)).size).toBe(100);
    expect([scene.renewals, locks.most, locks.held]).toEqual([100, places, 0]);
  });

  test('stop nobody whose token is still valid', async () => {
    const [flow] = await accounts(1, { autoRefreshThreshold: 600 });
    const failures: unknown[] = [];
    flow!.events.on('renewalFailed', (event) => failures.push(event));
    const present = flow!.accessToken;
    await scene.clock.advance(3_300_000);
    const leave = await takeAllPlaces();
    expect(await call(flow!)).toBe(present);
    expect(await call(scene.flow({ autoRefreshThreshold: 600 }).withAccount('account 0'))).toBe(present); // another process
    expect([scene.renewals, failures]).toEqual([0, []]);
    leave();
    expect(await call(flow!)).not.toBe(present);
  });

  test('stop nobody whose refresh token went unanswered and is due again, and whose token is good', async () => {
    const [flow] = await accounts(1);
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
    const present = flow!.accessToken;
    await expect(flow!.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    await scene.clock.advance(2000);
    const leave = await takeAllPlaces();
    expect(await Promise.all([call(flow!), call(flow!)])).toEqual([present, present]);
    leave();
    expect(await call(flow!)).not.toBe(present);
  });

  test('are waited for by whoever had a token rejected, beside one that can do without', async () => {
    const [flow] = await accounts(1, { autoRefreshThreshold: 600 });
    const present = flow!.accessToken;
    await scene.clock.advance(3_300_000);
    const leave = await takeAllPlaces();
    const content = call(flow!);
    const waiting = flow!.getAccessTokenRefreshIfNecessary({ rejectedToken: present });
    expect(await content).toBe(present);
    await turns();
    expect(scene.renewals).toBe(0);
    leave();
    expect(await waiting).not.toBe(present);
    expect(scene.renewals).toBe(1);
  });

  test('stop nobody whose token is still valid, when the renewal that he would join stands in line', async () => {
    const [flow] = await accounts(1, { autoRefreshThreshold: 600 });
    const present = flow!.accessToken;
    await scene.clock.advance(3_300_000);
    const leave = await takeAllPlaces();
    const waiting = flow!.getAccessTokenRefreshIfNecessary({ rejectedToken: present });
    await turns();
    expect(await call(flow!)).toBe(present);
    leave();
    expect(await waiting).not.toBe(present);
  });

  test('let a caller go whose signal fires, and are renewed all the same', async () => {
    const [flow] = await accounts(1);
    await scene.expire();
    const leave = await takeAllPlaces();
    const controller = new AbortController();
    const waiting = flow!.getAccessTokenRefreshIfNecessary({ signal: controller.signal });
    await turns();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(scene.renewals).toBe(0);
    leave();
    await until(() => freePlaces() === places && scene.renewals === 1);
    expect(await call(flow!)).toMatch(/^at_/);
    expect(scene.renewals).toBe(1);
  });

  test('let a person who logs in go first', async () => {
    const flows = await accounts(places + 10);
    await scene.expire();
    const gate = holdRenewals();
    const calls = flows.map(call);
    await until(() => scene.renewals >= places);
    const tokens = await flows[places]!.withAccount('a person').doFlow();
    expect(tokens.accessToken).toMatch(/^at_/);
    expect(scene.renewals).toBe(places);
    gate.release();
    await Promise.all(calls);
  });

  test('give their place back while another process holds their lock', async () => {
    const flows = await accounts(places + 2);
    await scene.expire();
    const last = flows.pop()!;
    const release = await holdLocks(flows);
    const calls = flows.map(call);
    await turns();
    expect(await call(last)).toMatch(/^at_/);
    await until(() => freePlaces() === places);
    release();
    await Promise.all(calls);
    expect(scene.renewals).toBe(places + 2);
  });
});

describe('lockTimeout', () => {
  test('counts from the place in line on', async () => {
    const [flow] = await accounts(1, { lockTimeout: 1 });
    await scene.expire();
    const leave = await takeAllPlaces();
    const release = await holdLocks([flow!]);
    const waiting = call(flow!);
    await turns();
    const [seconds, nanoseconds] = process.hrtime();
    jest.spyOn(process, 'hrtime').mockReturnValue([seconds + 5, nanoseconds]);
    leave();
    await turns();
    release();
    expect(await waiting).toMatch(/^at_/);
  });

  test('ends the wait of whoever has given a place back', async () => {
    const [flow] = await accounts(1, { lockTimeout: 0.05 });
    await scene.expire();
    const release = await holdLocks([flow!]);
    await expect(call(flow!)).rejects.toBeInstanceOf(LockTimeoutError);
    expect(freePlaces()).toBe(places);
    release();
  });
});

describe('functions of the application', () => {
  test.each<[string, (source: (value: string) => () => string) => (options: StoredAuthFlowOptions) => StoredAuthFlow]>([
    ['clientSecret', (source) => (options) => new ClientCredentialsFlow({ ...options, clientSecret: source('s') })],
    ['password', (source) => (options) => new PasswordFlow({ ...options, username: 'ada', password: source('pw') })],
    [
      'assertion',
      (source) => (options) => new JwtBearerFlow({ ...options, subject: 'ada', assertion: source(assertion) }),
    ],
    [
      'subjectToken',
      (source) => (options) => new TokenExchangeFlow({ ...options, account: 'ada', subjectToken: source('at') }),
    ],
  ])('given as %s are called before the line and the lock', async (_name, make) => {
    const counted = countLocks();
    const seen: unknown[] = [];
    const source = (value: string) => (): string => {
      seen.push({ free: freePlaces(), held: counted.locks.held });
      return value;
    };
    const { issuer, tokenEndpoint } = scene.server;
    const flow = make(source)({
      ...{ server: { issuer, tokenEndpoint }, clientId: 'app', clock: scene.clock, storage: counted.storage },
    });
    await call(flow);
    expect(counted.locks).toEqual({ held: 0, most: 1 });
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ free: places, held: 0 })]),
    );
  });
});

describe('flows that are nested at one origin', () => {
  // No place ends by itself, however long a busy machine takes.
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
  });

  const options = (): StoredAuthFlowOptions => {
    const { issuer, tokenEndpoint } = scene.server;
    return { server: { issuer, tokenEndpoint }, clientId: 'app', clock: scene.clock };
  };
  const exchange = (account: string, subject: { getAccessTokenRefreshIfNecessary(): Promise<string> }) =>
    new TokenExchangeFlow({ ...options(), account, subjectToken: () => call(subject) });

  test('end: 64 token exchanges, each for the token of the one below', async () => {
    let flow: StoredAuthFlow = new ClientCredentialsFlow({ ...options(), clientSecret: 's' });
    for (let depth = 1; depth <= 64; depth++) flow = exchange(`depth ${depth}`, flow);
    expect(await call(flow)).toMatch(/^at_/);
    expect(scene.server.ledger.tokenRequests).toHaveLength(65);
  });

  test('end: 64 token exchanges side by side, each for a token of its own', async () => {
    const root = new ClientCredentialsFlow({ ...options(), clientSecret: 's' });
    const flows = Array.from({ length: 64 }, (_, index) => exchange(`user ${index}`, root.withAccount(`${index}`)));
    expect(new Set(await Promise.all(flows.map(call))).size).toBe(64);
    expect(scene.server.ledger.tokenRequests).toHaveLength(128);
  });

  test('end when a place counts no more, where authorize itself calls another flow', async () => {
    class NestedFlow extends StoredAuthFlow {
      readonly below = new ClientCredentialsFlow({ ...options(), account: this.key, clientSecret: 's' });
      protected override get interactive(): boolean {
        return false;
      }
      protected override async authorize(): Promise<TokenSet> {
        return this.requestTokens('client_credentials', { token: await call(this.below) });
      }
    }
    const flows = Array.from({ length: 64 }, (_, index) => new NestedFlow({ ...options(), account: `${index}` }));
    const calls = Promise.all(flows.map(call));
    for (const half of [1, 2]) {
      await turns();
      expect([half, scene.server.ledger.tokenRequests]).toEqual([half, []]);
      jest.advanceTimersByTime(30_000);
    }
    expect(new Set(await calls).size).toBe(64);
    expect(scene.server.ledger.tokenRequests).toHaveLength(128);
  });
});
