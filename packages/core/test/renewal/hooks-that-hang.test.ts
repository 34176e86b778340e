import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  ProcessLock,
  StorageUnavailableError,
  type TokenSet,
} from '@latchkey/core';

const never = (): Promise<never> => new Promise(() => undefined);

beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A flow over hooks of its own; `called` resolves when one of them is called that does not answer. */
class Hanging extends ClientCredentialsFlow {
  readonly called: Promise<void>;
  stored: TokenSet | undefined;
  hangs: 'load' | 'save' | undefined;
  #call = (): void => undefined;

  constructor(options: Partial<ClientCredentialsFlowOptions>) {
    super({
      server: { tokenEndpoint: 'https://login.example.org/token' },
      clientId: 'machine',
      clientSecret: 'machine-secret',
      lockTimeout: 0,
      fetch: () => Promise.resolve(Response.json({ access_token: 'new', token_type: 'Bearer', expires_in: 3600 })),
      ...options,
    });
    this.called = new Promise((resolve) => (this.#call = resolve));
  }
  protected override loadTokens(): Promise<TokenSet | undefined> {
    if (this.hangs === 'load') return this.#hang();
    return Promise.resolve(this.stored);
  }
  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    if (this.hangs === 'save') return this.#hang();
    this.stored = tokens;
  }
  #hang(): Promise<never> {
    this.#call();
    return never();
  }
}

describe('a hook that never answers', () => {
  test('when it loads is an outage after 30 seconds', async () => {
    const flow = new Hanging({ lock: 'process' });
    flow.hangs = 'load';
    const failure = expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: StorageUnavailableError,
      retryable: true,
      cause: { message: expect.stringContaining('30 seconds') },
    });
    await flow.called;
    await jest.advanceTimersByTimeAsync(30_000);
    await failure;
    flow.hangs = undefined;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('new');
  });

  test('when it saves withholds no token after 30 seconds, and keeps no lock', async () => {
    const lock = new ProcessLock();
    const flow = new Hanging({ lock });
    const failures: Error[] = [];
    flow.events.on('saveFailed', ({ error }) => failures.push(error));
    flow.hangs = 'save';
    const answer = flow.getAccessTokenRefreshIfNecessary();
    await flow.called;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await answer).toBe('new');
    expect(failures).toEqual([expect.any(StorageUnavailableError)]);
    const once = { signal: new AbortController().signal, timeout: 0 };
    expect(await lock.withLock(flow.key, async () => 'free', once)).toBe('free');
    flow.hangs = undefined;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('new');
    expect(flow.stored?.accessToken).toBe('new');
  });
});

describe('a secret that never comes', () => {
  test('is one that cannot be had after 300 seconds, and is asked for again', async () => {
    let ask = (): void => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const secrets = [never];
    const clientSecret = (): Promise<string> => {
      ask();
      return secrets.pop()?.() ?? Promise.resolve('machine-secret');
    };
    const flow = new Hanging({ lock: 'process', clientSecret });
    const failure = expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'CLIENT_SECRET_UNAVAILABLE',
      retryable: true,
      cause: { message: 'No answer within 300 seconds.' },
    });
    await asked;
    await jest.advanceTimersByTimeAsync(300_000);
    await failure;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('new');
  });
});

describe('a hook that answers after a while', () => {
  test('leaves no timer, which would keep the process for half a minute', async () => {
    class Slow extends Hanging {
      protected override async loadTokens(): Promise<TokenSet | undefined> {
        await new Promise(setImmediate);
        return super.loadTokens();
      }
    }
    expect(await new Slow({ lock: 'process' }).getAccessTokenRefreshIfNecessary()).toBe('new');
    expect(jest.getTimerCount()).toBe(0);
  });
});
