import { expect, test } from '@jest/globals';
import { MemoryTokenStorage, StorageUnavailableError, type TokenSet } from '@latchkey/core';
import { complaintOf } from './run-storage-contract.js';

class GivesNull extends MemoryTokenStorage {
  override async load(key: string): Promise<TokenSet | undefined> {
    return (await super.load(key)) ?? (null as unknown as undefined);
  }
}

class Exhausted extends MemoryTokenStorage {
  override save(): Promise<never> {
    return Promise.reject(new StorageUnavailableError({ cause: new Error('no connection is free') }));
  }
}

test('The contract says what a load gave that is neither tokens nor undefined', async () => {
  const complaint = await complaintOf(GivesNull, 'finds nothing under an unknown key');
  expect(complaint).toContain('load gave Null; it has to give a TokenSet, or undefined');
});

test('The contract says what led to the error of a storage that many use at once', async () => {
  const title = 'saves for fifty credentials whose locks are asked for at once';
  expect(await complaintOf(Exhausted, title)).toContain('no connection is free');
});
