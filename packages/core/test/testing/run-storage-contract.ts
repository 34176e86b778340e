import type { MemoryTokenStorage } from '@latchkey/core';
import { describeTokenStorage, type TokenStorageFixture } from '@latchkey/core/testing';

type Fixture = Partial<TokenStorageFixture<MemoryTokenStorage>>;

interface Case {
  readonly name: string;
  readonly body: () => Promise<void>;
}

/** The cases of the contract for a storage, by a runner that only notes them. */
function casesOf(Storage: typeof MemoryTokenStorage, changes: Fixture): Case[] {
  const cases: Case[] = [];
  const runner = {
    describe: (_name: string, body: () => void) => body(),
    test: (name: string, body: () => Promise<void>) => void cases.push({ name, body }),
  };
  describeTokenStorage('a storage', runner, {
    create: async () => new Storage(),
    reopen: async (storage) => storage,
    dispose: async () => undefined,
    ...changes,
  });
  return cases;
}

/** Runs the contract, and returns the titles of what failed. */
export async function failuresOf(Storage: typeof MemoryTokenStorage, changes: Fixture = {}): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, body } of casesOf(Storage, changes)) await body().catch(() => failed.push(name));
  return failed;
}

/** What the contract says of a storage in the case of this title. */
export async function complaintOf(
  Storage: typeof MemoryTokenStorage,
  title: string,
  changes: Fixture = {},
): Promise<string> {
  const found = casesOf(Storage, changes).find(({ name }) => name === title);
  return found!.body().then(() => 'nothing', String);
}
