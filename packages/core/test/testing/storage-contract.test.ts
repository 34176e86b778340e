import { describe, expect, test } from '@jest/globals';
import {
  assertGeneration,
  type HeldLock,
  type LockOptions,
  LockTimeoutError,
  MemoryTokenStorage,
  readLogin,
  type SaveContext,
  StorageConflictError,
  StorageUnavailableError,
  type StoredLogin,
  TokenSet,
} from '@latchkey/core';
import { failuresOf } from './run-storage-contract.js';

class Blind extends MemoryTokenStorage {
  override save(key: string, tokens: TokenSet): Promise<void> {
    return super.save(key, tokens, { expected: undefined });
  }
}

class CarelessDeletion extends MemoryTokenStorage {
  override delete(key: string): Promise<void> {
    return super.delete(key, { expected: undefined });
  }
}

class OpenDoor extends MemoryTokenStorage {
  override async withLock<T>(_key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return task({ signal: options.signal });
  }
}

class StuckAfterFailure extends MemoryTokenStorage {
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    let fail = (_reason: unknown): void => undefined;
    const failed = new Promise<never>((_resolve, reject) => (fail = reject));
    const stuck = (lock: HeldLock): Promise<T> =>
      task(lock).catch((error: unknown) => (fail(error), new Promise(() => 0)));
    return Promise.race([super.withLock(key, stuck, { ...options, timeout: Math.min(options.timeout, 0.5) }), failed]);
  }
}

class ImpatientHolder extends MemoryTokenStorage {
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return super.withLock(key, () => task({ signal: AbortSignal.abort() }), options);
  }
}

class DeafWaiter extends MemoryTokenStorage {
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, { timeout }: LockOptions): Promise<T> {
    return super.withLock(key, task, { signal: new AbortController().signal, timeout });
  }
}

class LateToFree extends MemoryTokenStorage {
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    if (options.timeout === 0) return Promise.reject(new LockTimeoutError());
    return super.withLock(key, task, options);
  }
}

class Growing extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    const { expected } = context;
    if (expected !== undefined && tokens.generation === expected) throw new StorageConflictError({ expected });
    return super.save(key, tokens, context);
  }
}

class Merging extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    const { latchkey, ...fields } = tokens.toJSON();
    const merged = TokenSet.from({ ...(await this.load(key))?.toJSON(), ...fields, latchkey });
    return super.save(key, merged, context);
  }
}

class Forgetful extends MemoryTokenStorage {
  override save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    const { access_token, refresh_token, latchkey } = tokens.toJSON();
    return super.save(key, TokenSet.from({ access_token, refresh_token, latchkey }), context);
  }
}

/** As a database does whose collation finds keys equal. */
function takingForOne(name: (key: string) => string): typeof MemoryTokenStorage {
  return class extends MemoryTokenStorage {
    override load(key: string): Promise<TokenSet | undefined> {
      return super.load(name(key));
    }
    override save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
      return super.save(name(key), tokens, context);
    }
  };
}

class OneName extends MemoryTokenStorage {
  override get id(): string {
    return 'tokens';
  }
}

class Torn extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    const half = { ...(await this.load(key))?.toJSON(), ...tokens.toJSON() };
    const before = (await this.load(key))?.refreshToken;
    await super.save(key, before ? TokenSet.from({ ...half, refresh_token: before }) : tokens, context);
    await new Promise((resolve) => setImmediate(resolve));
    return super.save(key, tokens, { expected: undefined });
  }
}

class ShortOfDigits extends MemoryTokenStorage {
  override save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    const generation = Number(tokens.generation?.toPrecision(9) ?? 0);
    return super.save(key, tokens.withStamp({ ...tokens.stamp, generation }), context);
  }
}

class FewNotes extends MemoryTokenStorage {
  override save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    const { generation, kind, account } = tokens.stamp ?? {};
    const few = {
      key,
      ...(generation !== undefined && { generation }),
      ...(kind && { kind }),
      ...(account && { account }),
    };
    return super.save(key, tokens.withStamp(few), context);
  }
}

class ErrorsOfItsOwn extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    await super.save(key, tokens, context).catch(() => {
      throw Object.assign(new Error('conflict'), { code: 'STORAGE_CONFLICT' });
    });
  }
}

class Talkative extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    await super.save(key, tokens, context).catch(() => {
      throw new StorageConflictError({ cause: new Error(`cannot insert ${JSON.stringify(tokens)}`) });
    });
  }
}

class SignalOfTheWait extends MemoryTokenStorage {
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return super.withLock(key, () => task({ signal: options.signal }), options);
  }
}

class OneDocument extends MemoryTokenStorage {
  #document = new Map<string, TokenSet>();
  override async load(key: string): Promise<TokenSet | undefined> {
    return this.#document.get(key);
  }
  override async save(key: string, tokens: TokenSet, { expected }: Pick<SaveContext, 'expected'>): Promise<void> {
    const document = new Map(this.#document);
    assertGeneration(document.get(key), expected);
    await new Promise((resolve) => setImmediate(resolve));
    this.#document = document.set(key, tokens);
  }
  override async delete(key: string, { expected }: Pick<SaveContext, 'expected'>): Promise<void> {
    const stored = this.#document.get(key);
    if (stored) assertGeneration(stored, expected);
    this.#document.delete(key);
  }
  override async *list(): AsyncGenerator<StoredLogin, void> {
    for (const [key, tokens] of this.#document) {
      const login = await readLogin(tokens.toJSON(), key);
      if (login) yield login;
    }
  }
}

/** As where a lock is of a connection, of which a pool has ten. */
class ConnectionForEachLock extends MemoryTokenStorage {
  #free = 10;
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return this.#connected(() => super.withLock(key, task, options));
  }
  override save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    return this.#connected(() => super.save(key, tokens, context));
  }
  async #connected<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; this.#free === 0; tries++) {
      if (tries === 100) throw new StorageUnavailableError({ cause: new Error('no connection is free') });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.#free--;
    return work().finally(() => this.#free++);
  }
}

class MistakenList extends MemoryTokenStorage {
  override async *list(): AsyncGenerator<StoredLogin, void> {
    yield* (undefined as unknown as StoredLogin[]).values();
  }
}

class Unlisted extends MemoryTokenStorage {
  override list(): AsyncGenerator<StoredLogin, void> {
    throw new TypeError('This place cannot be listed.');
  }
}

const all = new Map<MemoryTokenStorage, true>();

class ListsAllPlaces extends MemoryTokenStorage {
  constructor() {
    super();
    all.set(this, true);
  }
  override async *list(): AsyncGenerator<StoredLogin, void> {
    for (const each of all.keys()) yield* MemoryTokenStorage.prototype.list.call(each);
  }
}

const broken = new WeakSet<MemoryTokenStorage>();
const breakIt = async (storage: MemoryTokenStorage): Promise<void> => void broken.add(storage);

class QuietOutage extends MemoryTokenStorage {
  override async load(key: string): Promise<TokenSet | undefined> {
    return broken.has(this) ? undefined : super.load(key);
  }
}

const conflicts = [
  'refuses a save onto another generation, and changes nothing',
  'tells generations apart that are a millisecond apart',
  'refuses a save of a late writer in another opening',
  'refuses a save that expects nothing where something is',
  'refuses a save that expects something where nothing is',
];

describe('the contract of token storages', () => {
  test('is kept by the storage in memory', async () => {
    expect(await failuresOf(MemoryTokenStorage)).toEqual([]);
  });

  test('is kept by one that says that it cannot be listed', async () => {
    expect(await failuresOf(Unlisted)).toEqual([]);
  });

  test.each<[string, typeof MemoryTokenStorage, string[]]>([
    ['writes without comparing', Blind, conflicts],
    [
      'deletes without comparing',
      CarelessDeletion,
      ['tells generations apart that are a millisecond apart', 'refuses to delete another generation'],
    ],
    [
      'locks nobody out',
      OpenDoor,
      [
        'lets one task in at a time, across two openings',
        'shows the last save to each task under the lock',
        'leaves a task alone that has begun, though its signal is aborted and its timeout has passed',
        'can be taken while the lock of a login is held, which lets one in at a time',
        'lets a waiter that is aborted leave alone, for good',
        'does not begin for a signal that is aborted already',
        'gives up when the lock is held for too long',
        'tries once when the timeout is 0',
      ],
    ],
    ['keeps the lock of a task that failed', StuckAfterFailure, ['passes the error of a task on, and frees the lock']],
    [
      'says that the lock is lost',
      ImpatientHolder,
      [
        'returns what the task returns, and holds the lock until then',
        'leaves a task alone that has begun, though its signal is aborted and its timeout has passed',
        'lets a waiter that is aborted leave alone, for good',
      ],
    ],
    [
      'lets no waiter leave',
      DeafWaiter,
      ['lets a waiter that is aborted leave alone, for good', 'does not begin for a signal that is aborted already'],
    ],
    ['never tries without waiting', LateToFree, ['tries once when the timeout is 0']],
    ['takes larger generations only', Growing, ['saves onto the same generation, as a note does']],
    ['merges instead of replacing', Merging, ['replaces the whole set with each save']],
    [
      'drops fields',
      Forgetful,
      [
        'gives every field back, known or not',
        'keeps an access token alone, as of a program',
        'keeps tokens with their key, and an answer that nobody could read',
        'keeps a registered client, and no token',
        'lists a login by its account, key, scope and expiry, and no secret',
      ],
    ],
    ['takes keys for one by case', takingForOne((key) => key.toLowerCase()), ['keeps awkward keys apart']],
    ['takes keys for one by accent', takingForOne((key) => key.normalize('NFC')), ['keeps awkward keys apart']],
    [
      'takes keys for one by white space at the end',
      takingForOne((key) => key.trimEnd()),
      ['keeps awkward keys apart'],
    ],
    ['cuts keys', takingForOne((key) => key.slice(0, 300)), ['keeps awkward keys apart']],
    ['has one id wherever it is', OneName, ['knows nothing of another place']],
    ['rounds generations', ShortOfDigits, ['tells generations apart that are a millisecond apart']],
    ['drops notes', FewNotes, ['gives every field back, known or not']],
    ['throws errors that flows do not know', ErrorsOfItsOwn, conflicts],
    ['tells tokens in what led to an error', Talkative, conflicts],
    [
      'tells a task that the lock is lost when nobody waits for it any more',
      SignalOfTheWait,
      ['leaves a task alone that has begun, though its signal is aborted and its timeout has passed'],
    ],
    [
      'writes all keys as one document',
      OneDocument,
      [
        'loses none of the saves that are made at once under several keys',
        'saves for fifty credentials whose locks are asked for at once',
      ],
    ],
    [
      'keeps a connection for each lock',
      ConnectionForEachLock,
      ['saves for fifty credentials whose locks are asked for at once'],
    ],
    [
      'makes a mistake when it lists',
      MistakenList,
      [
        'saves for fifty credentials whose locks are asked for at once',
        'knows nothing of another place',
        'lists a login by its account, key, scope and expiry, and no secret',
        'lists each login once, while its lock is held too, and none that was deleted',
        'leaves out the clients that servers registered',
      ],
    ],
    ['tears its records', Torn, ['never shows half of a save to a reader']],
  ])('catches one that %s, and nothing else in it', async (_what, Storage, titles) => {
    expect(await failuresOf(Storage)).toEqual(titles);
  });

  test('catches one that reads an outage as "nothing there"', async () => {
    expect(await failuresOf(QuietOutage, { breakIt })).toContain('reports an outage on load, never "nothing there"');
  });

  test('catches one that does not notice an outage when saving or locking', async () => {
    expect(await failuresOf(QuietOutage, { breakIt })).toEqual(
      expect.arrayContaining([
        'reports an outage on save, whatever is expected',
        'reports an outage on delete',
        'reports an outage on taking the lock, and does not run the task',
      ]),
    );
  });

  test('catches one that lists the logins of other places', async () => {
    const dispose = async (storage: MemoryTokenStorage): Promise<void> => void all.delete(storage);
    expect(await failuresOf(ListsAllPlaces, { dispose })).toEqual(['knows nothing of another place']);
  });

  test('catches one whose saves are not seen by others', async () => {
    const copies = { reopen: async () => new MemoryTokenStorage() };
    expect(await failuresOf(MemoryTokenStorage, copies)).toEqual(
      expect.arrayContaining([
        'shows a save to whoever opens the place later',
        'shows a save and a deletion to whoever opened the place before',
        'has one id for one place',
        'lets one task in at a time, across two openings',
      ]),
    );
  });

  test('catches a place for one credential that hands its record to another', async () => {
    const title = 'refuses the record of another credential, until a login overwrites it';
    expect(await failuresOf(MemoryTokenStorage, { manyKeys: false })).toEqual([title]);
  });
});
