import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as installed from '@latchkey/core';
import Keyv from 'keyv';
import { CopiedPackages, type Copy, type CopyKind, secondCopies } from './copied-packages.js';
import { expectAsWithOneCopy } from './two-copies.js';

const one: Copy = { core: installed, own: undefined };

describe.each(secondCopies)('Two copies of core in a process, the second from its %s,', (kind) => {
  const copies = twoCopies(kind);

  describe('do as one over memory:', () => {
    expectAsWithOneCopy(copies, ({ storages: [, { core }] }) => {
      const storage = new core.MemoryTokenStorage();
      return [storage, storage];
    });
  });

  describe("do as one over Keyv with the lock 'process':", () => {
    expectAsWithOneCopy(copies, ({ storages: [{ core: first }, { core: second }] }) => {
      const keyv = new Keyv();
      return [
        new first.KeyvTokenStorage(keyv, { lock: 'process' }),
        new second.KeyvTokenStorage(keyv, { lock: 'process' }),
      ];
    });
  });

  describe('do as one over two Keyv of one name:', () => {
    expectAsWithOneCopy(copies, ({ storages: [{ core: first }, { core: second }] }) => {
      const store = new Map<string, unknown>();
      const options = { lock: 'process', id: `place ${++places}` } as const;
      return [
        new first.KeyvTokenStorage(new Keyv(store), options),
        new second.KeyvTokenStorage(new Keyv(store), options),
      ];
    });
  });

  describe('do as one over Keyv with a ProcessLock:', () => {
    expectAsWithOneCopy(copies, ({ storages: [{ core: first }, { core: second }], lock: { core } }) => {
      const [keyv, lock] = [new Keyv(), new core.ProcessLock()];
      return [new first.KeyvTokenStorage(keyv, { lock }), new second.KeyvTokenStorage(keyv, { lock })];
    });
  });
});

describe.each(['dist', 'bundle', 'later'] as const)('A place of one copy and one of another (%s)', (kind) => {
  const copies = twoCopies(kind);

  test('are never taken for one', async () => {
    const [a, b] = await copies();
    const memory = [a, b, a, b].map(({ core }) => new core.MemoryTokenStorage());
    const keyv = [a, b, a, b].map(({ core }) => new core.KeyvTokenStorage(new Keyv(), { lock: 'process' }));
    expect(new Set([...memory, ...keyv].map(({ id }) => id)).size).toBe(8);
  });
});

describe('A later version that shares in another form', () => {
  const copies = twoCopies('later');

  describe('does as one where the lock is in the place itself:', () => {
    expectAsWithOneCopy(copies, ({ storages: [, { core }] }) => {
      const storage = new core.MemoryTokenStorage();
      return [storage, storage];
    });
  });

  test('works beside this one, each for itself', async () => {
    const [a, b] = await copies();
    const keyv = new Keyv();
    const [one, other] = [a, b].map(({ core }) => new core.KeyvTokenStorage(keyv, { lock: 'process' }));
    await expect(Promise.all([enter(one), enter(other)])).resolves.toEqual(['entered', 'entered']);
    expect(one?.id).not.toBe(other?.id);
  });
});

let places = 0;

function enter(storage: installed.TokenStorage | undefined): Promise<string> | undefined {
  const options = { signal: new AbortController().signal, timeout: 1 };
  return storage?.withLock('key', async () => 'entered', options);
}

function twoCopies(kind: CopyKind): () => Promise<readonly [Copy, Copy]> {
  let copied: CopiedPackages;
  beforeAll(() => {
    copied = new CopiedPackages(kind);
  });
  afterAll(() => copied[Symbol.dispose]());
  return async () => [one, await copied.copy()];
}
