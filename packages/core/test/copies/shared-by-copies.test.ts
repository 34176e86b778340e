import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as installed from '@latchkey/core';
import { FakeAuthorizationServer, type Gate } from '@latchkey/core/testing';
import { CopiedPackages, type Copy, type Core } from './copied-packages.js';
import { say } from './two-copies.js';

let copied: CopiedPackages;
let other: Core;
let server: FakeAuthorizationServer;

beforeAll(async () => {
  copied = new CopiedPackages('bundle');
  ({ core: other } = await copied.copy());
});
afterAll(() => copied[Symbol.dispose]());
beforeEach(async () => {
  server = await FakeAuthorizationServer.start();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
});

function program(core: Core, change: Partial<installed.TokenStorage> = {}): installed.ClientCredentialsFlow {
  const memory = new core.MemoryTokenStorage();
  return new core.ClientCredentialsFlow({
    server: { tokenEndpoint: server.tokenEndpoint },
    clientId: 'app',
    clientSecret: 'secret-of-the-app',
    lockTimeout: 0,
    allowedOrigins: [server.issuer],
    storage: {
      id: memory.id,
      load: (key) => memory.load(key),
      save: (key, tokens, context) => memory.save(key, tokens, context),
      delete: (key, context) => memory.delete(key, context),
      withLock: (key, task, options) => memory.withLock(key, task, options),
      ...change,
    },
  });
}

describe('Two copies of core in a process', () => {
  test('settle together: what the other one has under way is waited for', async () => {
    const gate = server.hold({ endpoint: 'token' });
    const asking = program(other).getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    let isSettled = false;
    const ended = installed.settled().then(() => (isSettled = true));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isSettled).toBe(false);
    gate.release();
    await ended;
    await asking;
  });

  test('settle together: what the other one could not save is tried once more', async () => {
    let isBroken = true;
    const saved: string[] = [];
    const flow = program(other, {
      save: async (_key, tokens) => {
        if (isBroken) throw new Error('no space');
        saved.push(tokens.accessToken ?? '');
      },
    });
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect(sharedPart('unsaved')).toHaveProperty('size', 1);
    isBroken = false;
    await installed.settled();
    expect(saved).toEqual([token]);
    expect(sharedPart('unsaved')).toHaveProperty('size', 0);
    await installed.settled();
    expect(saved).toHaveLength(1);
  });

  test('stand in one line: 32 requests at one server, of both', async () => {
    const gates: Gate[] = Array.from({ length: 40 }, () => server.hold({ endpoint: 'token' }));
    const calls = gates.map((_, index) =>
      program(index % 2 ? other : installed)
        .withAccount(`account ${index}`)
        .getAccessTokenRefreshIfNecessary(),
    );
    await Promise.all(gates.slice(0, 32).map(({ arrived }) => arrived));
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ledger.count({ endpoint: 'token' })).toBe(32);
    for (const gate of gates) gate.release();
    expect(new Set(await Promise.all(calls)).size).toBe(40);
  });

  test('keep a token that an API echoes out of the error that the other one makes of it', async () => {
    const flow = program(other);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    const echo = (): Response =>
      new Response('', {
        status: 403,
        headers: { 'www-authenticate': `Bearer error="x", error_description="${token}"` },
      });
    jest.spyOn(globalThis, 'fetch').mockImplementation(async () => echo());
    const error = installed.explainResponse(await flow.fetch(`${server.issuer}/api`));
    expect(error?.message).toContain('[redacted]');
    expect(error?.message).not.toContain(token);
  });

  test('warn once', () => {
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (const { AuthFlow } of [installed, other]) {
      class OwnPlace extends AuthFlow {
        protected readonly interactive = true;
        protected override loadTokens = async (): Promise<undefined> => undefined;
        protected override saveTokens = async (): Promise<void> => undefined;
        protected override authorize = (): Promise<installed.TokenSet> => Promise.reject(new Error('nobody is here'));
      }
      new OwnPlace({ issuer: 'https://login.example.org', clientId: 'app' });
    }
    expect(warning).toHaveBeenCalledTimes(1);
  });

  test('share nothing that is of a class of ours, also while a token is asked for', async () => {
    const gate = server.hold({ endpoint: 'token' });
    const asking = program(other).getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    expect(sharedPart('under way')).toHaveProperty('size', 1);
    expect([...classesIn(sharedParts())].filter((name) => !plain.has(name))).toEqual([]);
    gate.release();
    await asking;
  });

  test.each([
    ['by a new grant', false],
    ['by a login', true],
  ])('take the tokens that code of the other one gets %s', async (_, interactive) => {
    const saved: unknown[] = [];
    class Own extends installed.DeviceCodeFlow {
      protected override get interactive(): boolean {
        return interactive;
      }
      protected override async authorize(): Promise<installed.TokenSet> {
        return other.TokenSet.from({ access_token: 'at', expires_in: 3600 });
      }
      protected override async loadTokens(): Promise<undefined> {
        return undefined;
      }
      protected override async saveTokens(tokens: installed.TokenSet): Promise<void> {
        saved.push(tokens.constructor);
      }
    }
    const { tokenEndpoint } = server;
    const deviceAuthorizationEndpoint = `${server.issuer}/device`;
    const flow = new Own({
      server: { tokenEndpoint, deviceAuthorizationEndpoint },
      clientId: 'app',
      lock: 'process',
      promptUser: () => undefined,
    });
    await (interactive ? flow.doFlow() : flow.getAccessTokenRefreshIfNecessary());
    expect(saved).toEqual([installed.TokenSet]);
  });

  test('keep in memory what the other one gives as tokens of their own', async () => {
    const storage = new other.MemoryTokenStorage();
    const tokens = installed.TokenSet.from({ access_token: 'at' });
    await storage.save('key', tokens, { expected: undefined });
    const kept = await storage.load('key');
    expect([kept?.constructor, kept?.toJSON()]).toEqual([other.TokenSet, tokens.toJSON()]);
  });
});

describe.each([
  ['load', (core: Core) => new core.NoTokensError()],
  ['load', (core: Core) => new core.CredentialMismatchError()],
  ['load', (core: Core) => new core.RecordUnreadableError({ code: 'RECORD_SEALED' })],
  ['load', (core: Core) => new core.StorageUnavailableError({ retryable: false })],
  ['save', (core: Core) => new core.StorageConflictError({ expected: 0, found: 1 })],
  ['save', (core: Core) => new core.StorageUnavailableError()],
  ['withLock', (core: Core) => new core.LockTimeoutError({ holder: 7 })],
  ['withLock', (core: Core) => new core.LockUnavailableError()],
  ['withLock', (core: Core) => new core.LockLostError()],
] as const)('A storage whose %s throws an error of another copy', (method, make) => {
  test(`does what one of the flow's own does: ${make(installed).code}`, async () => {
    const [own, foreign] = [await outcome(installed), await outcome(other)];
    expect(foreign).toEqual(own);
    expect(own.calls).toBeGreaterThan(0);
  });

  async function outcome(core: Core): Promise<{ calls: number; requests: number; came: unknown }> {
    let calls = 0;
    const flow = program(installed, {
      [method]: () => {
        calls++;
        return Promise.reject(make(core));
      },
    });
    const user: Copy = { core: other, own: undefined };
    server.ledger.clear();
    const came = await flow
      .getAccessTokenRefreshIfNecessary()
      .then(() => 'a token')
      .catch((error: unknown) => say(user, error));
    return { calls, requests: server.ledger.count({ endpoint: 'token' }), came };
  }
});

function sharedParts(): Map<string, object> {
  return (globalThis as Record<symbol, unknown>)[Symbol.for('@latchkey/core:shared.1')] as Map<string, object>;
}

function sharedPart(name: string): object | undefined {
  return sharedParts().get(name);
}

const plain = new Set(['Map', 'Set', 'WeakMap', 'Promise', 'Object', 'Array', 'Function', 'AsyncFunction', 'Timeout']);

/** The classes of all objects that can be reached by what is enumerable. */
function classesIn(value: unknown, found = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return found;
  seen.add(value);
  const { name } = value.constructor;
  found.add(name);
  if (name === 'Timeout') return found;
  const held = value instanceof Map ? [...value.values()] : value instanceof Set ? [...value] : Object.values(value);
  for (const each of held as unknown[]) classesIn(each, found, seen);
  return found;
}
