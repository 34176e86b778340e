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
import { complaintOf, failuresOf } from './run-storage-contract.js';

/** As `SET lock me NX PX 200`, and nothing more. */
class Unrenewed extends MemoryTokenStorage {
  readonly lost = new AbortController();
  protected readonly ends = new Map<string, number>();
  override async withLock<T>(
    key: string,
    task: (lock: HeldLock) => Promise<T>,
    { timeout, signal }: LockOptions,
  ): Promise<T> {
    const giveUp = performance.now() + timeout * 1000;
    signal.throwIfAborted();
    while ((this.ends.get(key) ?? 0) > performance.now()) {
      if (performance.now() >= giveUp) throw new LockTimeoutError();
      await new Promise((resolve) => setTimeout(resolve, 2));
      signal.throwIfAborted();
    }
    this.take(key);
    try {
      return await this.hold(key, task);
    } finally {
      this.ends.delete(key);
    }
  }
  protected take(key: string): void {
    this.ends.set(key, performance.now() + 200);
  }
  protected hold<T>(_key: string, task: (lock: HeldLock) => Promise<T>): Promise<T> {
    return task({ signal: this.lost.signal });
  }
}

/** One that tells its holder, and is not renewed either. */
class Told extends Unrenewed {
  override async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return super.withLock(key, () => task({ signal: AbortSignal.timeout(150) }), options);
  }
}

/** As `SET lock me NX PX 200`, `PEXPIRE lock 200` on a timer, and `DEL lock`. */
class ByName extends Unrenewed {
  protected override async hold<T>(key: string, task: (lock: HeldLock) => Promise<T>): Promise<T> {
    const renewal = setInterval(() => {
      if (this.ends.has(key)) this.take(key);
    }, 60);
    try {
      return await super.hold(key, task);
    } finally {
      clearInterval(renewal);
    }
  }
}

/** The same, whose holder is told by the clock. */
class FreedByName extends Unrenewed {
  protected override hold<T>(_key: string, task: (lock: HeldLock) => Promise<T>): Promise<T> {
    const end = performance.now() + 200;
    const { signal } = this.lost;
    return task({
      get signal() {
        return performance.now() < end ? signal : AbortSignal.abort();
      },
    });
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
const overslept = 'tells a holder that overslept its lease, and lets it free no lock of the next one';
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

test.each([
  ['is renewed', ByName, 'who had it before was not told'],
  ['is freed', FreedByName, 'who had lost the lock freed that of the next one'],
])('A lease that %s by its name alone fails', async (_what, Storage, complaint) => {
  expect(await complaintOf(Storage, overslept, { lease: 0.2 })).toContain(complaint);
});

test('A save that hides its refusal fails', async () => {
  expect(await failuresOf(LastWins, { lease: 0.2 })).toContain(one);
});

test('A lock that cannot be lost passes', async () => {
  expect(await failuresOf(MemoryTokenStorage, { lease: 0.05 })).toEqual([]);
});
