import { describe, expect, jest, test } from '@jest/globals';
import {
  AuthFlow,
  type AuthFlowOptions,
  type HeldLock,
  type LockOptions,
  ProcessLock,
  type TokenSet,
} from '@latchkey/core';

const lock = new ProcessLock();

class OwnPlace extends AuthFlow {
  protected readonly interactive = true;
  constructor(options: Partial<AuthFlowOptions> = {}) {
    super({ issuer: 'https://login.example.org', clientId: 'app', ...options });
  }
  protected override loadTokens(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  protected override saveTokens(): Promise<void> {
    return Promise.resolve();
  }
  protected override authorize(): Promise<TokenSet> {
    return Promise.reject(new Error('nobody is here'));
  }
}

class OwnLock extends OwnPlace {
  protected override withLock<T>(task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return lock.withLock(this.key, task, options);
  }
}

describe('a flow of one’s own', () => {
  test('brings one warning in a process when it has no lock', () => {
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    new OwnPlace({ lock: 'process' });
    new OwnPlace({ lock });
    new OwnLock();
    expect(warning).not.toHaveBeenCalled();
    new OwnPlace();
    new OwnPlace();
    expect(warning).toHaveBeenCalledTimes(1);
    expect(warning.mock.calls[0]?.[0]).toMatch(/fileLock/);
    warning.mockRestore();
  });
});
