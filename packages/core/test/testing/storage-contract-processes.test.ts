import { describe, expect, test } from '@jest/globals';
import type { TokenStorage } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const plainFile = new URL('./children/plain-file-storage.mjs', import.meta.url);
const oneDocument = new URL('./children/one-document-storage.mjs', import.meta.url);

/** Which storage the contract is run on, and how much of it. */
interface Choices {
  readonly storageModule?: URL;
  readonly manyKeys?: boolean;
  /** The file that the other process opens. */
  readonly childsFile?: string;
  /** The only case that is run. */
  readonly only?: string;
}

/** Runs the contract on a storage with a fault, and returns the titles of what failed, and why. */
async function complaintsOf(
  fault: string,
  { storageModule = plainFile, manyKeys = false, childsFile, only }: Choices = {},
): Promise<Map<string, string>> {
  const { createStorage } = (await import(storageModule.href)) as {
    createStorage: (path: string, fault: string) => TokenStorage;
  };
  const cases: { name: string; body: () => Promise<void> }[] = [];
  const runner = {
    describe: (_name: string, body: () => void) => body(),
    test: (name: string, body: () => Promise<void>) => void cases.push({ name, body }),
  };
  describeTokenStorage('a storage in a file', runner, {
    create: async () => createStorage(join(mkdtempSync(join(tmpdir(), 'latchkey-plain-')), 'tokens.json'), fault),
    reopen: async ({ id }) => createStorage(id, fault),
    dispose: async ({ id }) => rmSync(dirname(id), { recursive: true }),
    manyKeys,
    storageModule,
    storageArguments: ({ id }) => [childsFile ?? id, fault],
  });
  const failed = new Map<string, string>();
  for (const { name, body } of cases.filter(({ name }) => name === (only ?? name)))
    await body().catch((error: unknown) => failed.set(name, String(error)));
  return failed;
}

describe('the contract of token storages, between processes', () => {
  test.each([
    ['none', []],
    [
      'locks in memory',
      [
        'keeps another process out while the lock is held, and not after that',
        'is kept out by another process until that is killed',
      ],
    ],
    ['never frees', ['is kept out by another process until that is killed']],
    ['writes later', ['keeps what a process has saved that is killed at once']],
  ])('catches this fault: %s', async (fault, titles) => {
    expect([...(await complaintsOf(fault)).keys()]).toEqual(titles);
  });

  test('says that the other process opened another place', async () => {
    const complaints = await complaintsOf('none', { childsFile: join(tmpdir(), 'latchkey-not-there.json') });
    const title = 'keeps another process out while the lock is held, and not after that';
    expect(complaints.get(title)).toContain('createStorage opened another place');
  });

  test('catches one that writes back what it has read of other keys, whatever lock they have', async () => {
    const only = 'undoes no save of another process under another key, and loses none';
    const complaints = await complaintsOf('none', { storageModule: oneDocument, manyKeys: true, only });
    expect(complaints.get(only)).toContain('Does a save write back what it has read of other keys?');
  });
});
