import { expect, test } from '@jest/globals';
import {
  assertGeneration,
  type HeldLock,
  type LockOptions,
  LockTimeoutError,
  MemoryTokenStorage,
  type SaveContext,
  type TokenSet,
} from '@latchkey/core';
import { failuresOf } from './run-storage-contract.js';

/** As `SET lock me NX PX 200`, and nothing more. */
class Unrenewed extends MemoryTokenStorage {
  readonly lost = new AbortController();
  readonly #ends = new Map<string, number>();
  override async withLock<T>(
    key: string,
    task: (lock: HeldLock) => Promise<T>,
    { timeout, signal }: LockOptions,
  ): Promise<T> {
    const giveUp = performance.now() + timeout * 1000;
    signal.throwIfAborted();
    while ((this.#ends.get(key) ?? 0) > performance.now()) {
      if (performance.now() >= giveUp) throw new LockTimeoutError();
      await new Promise((resolve) => setTimeout(resolve, 2));
      signal.throwIfAborted();
    }
    this.#ends.set(key, performance.now() + 200);
    try {
      return await task({ signal: this.lost.signal });
    } finally {
      this.#ends.delete(key);
    }
  }
}

/** One that tells its holder, and is not renewed either. */
class Told extends Unrenewed {
  override async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return super.withLock(key, () => task({ signal: AbortSignal.timeout(150) }), options);
  }
}

class LooksThenWrites extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    assertGeneration(await this.load(key), context.expected);
    await new Promise((resolve) => setImmediate(resolve));
    await super.save(key, tokens, { ...context, expected: undefined });
  }
}

class LastWins extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    await super.save(key, tokens, context).catch(() => undefined);
  }
}

const longer = 'keeps a lock for longer than its lease while the task runs';
const one = 'keeps one of the saves that are made at once onto one generation, and refuses the others';

test.each([
  ['is not renewed', Unrenewed, [longer]],
  ['is not renewed, but tells its holder', Told, [longer]],
  ['looks, then writes', LooksThenWrites, [one]],
])('A lease that %s fails', async (_what, Storage, failures) => {
  const failed = await failuresOf(Storage, { lease: 0.2 });
  expect(failed.filter((title) => [longer, one].includes(title))).toEqual(failures);
  expect(await failuresOf(Storage)).not.toContain(failures[0]);
});

test('A save that hides its refusal fails', async () => {
  expect(await failuresOf(LastWins, { lease: 0.2 })).toContain(one);
});

test('A lock that cannot be lost passes', async () => {
  expect(await failuresOf(MemoryTokenStorage, { lease: 0.05 })).toEqual([]);
});
