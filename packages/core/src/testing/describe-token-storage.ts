import type { TokenStorage } from '../storage/token-storage.js';
import { encryptionCases } from './storage-contract/encryption-cases.js';
import { generationCases } from './storage-contract/generation-cases.js';
import { keyCases } from './storage-contract/key-cases.js';
import { leaseCases } from './storage-contract/lease-cases.js';
import { listCases } from './storage-contract/list-cases.js';
import { lockCases } from './storage-contract/lock-cases.js';
import { outageCases } from './storage-contract/outage-cases.js';
import { processCases } from './storage-contract/process-cases.js';
import { recordCases } from './storage-contract/record-cases.js';
import type { TestRunner } from './test-runner.js';
import type { TokenStorageFixture } from './token-storage-fixture.js';

/**
 * Tests what every {@link TokenStorage} has to guarantee, with any test runner:
 *
 *     describeTokenStorage('MyStorage', { describe, test }, { create, reopen, dispose });
 *
 * @group Contracts
 */
export function describeTokenStorage<S extends TokenStorage>(
  name: string,
  { describe, test }: TestRunner,
  fixture: TokenStorageFixture<S>,
): void {
  describe(name, () => {
    for (const { title, body } of [
      ...recordCases(fixture),
      ...keyCases(fixture),
      ...generationCases(fixture),
      ...listCases(fixture),
      ...lockCases(fixture),
      ...leaseCases(fixture),
      ...processCases(fixture),
      ...outageCases(fixture),
      ...encryptionCases(fixture),
    ]) {
      test(title, async () => {
        const storage = await fixture.create();
        try {
          await body(storage);
        } finally {
          await fixture.dispose(storage);
        }
      });
    }
  });
}
