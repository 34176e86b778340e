import assert from 'node:assert/strict';
import { encryption } from '../../storage/encryption.js';
import type { RecordCodec } from '../../storage/record-codec.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, assertHolds, assertRejects, expecting, type StorageCase, tokensOf } from './storage-case.js';

const newKey = (id: string) => ({ id, secret: crypto.getRandomValues(new Uint8Array(32)) });

/** What is sealed can be opened by whoever has the key, and is left alone by everybody else but a login. */
export function encryptionCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  if (!fixture.reopenWith) return [];
  const [old, young] = [newKey('old'), newKey('young')];
  const codec = encryption([old]);
  const open = async (storage: S, codec: RecordCodec | undefined): Promise<S> =>
    (await fixture.reopenWith?.(storage, codec)) ?? storage;
  const sealed = async (storage: S): Promise<S> => {
    const sealing = await open(storage, codec);
    await sealing.save(ada, tokensOf(ada, 1), expecting(undefined));
    return sealing;
  };
  return [
    {
      title: 'seals what it saves, compares its generation, and opens it',
      body: async (storage) => {
        const sealing = await sealed(storage);
        await assertRejects(sealing.save(ada, tokensOf(ada, 3), expecting(2)), 'STORAGE_CONFLICT');
        await assertRejects(sealing.delete(ada, expecting(2)), 'STORAGE_CONFLICT');
        await sealing.save(ada, tokensOf(ada, 2), expecting(1));
        await assertHolds(await open(storage, codec), ada, tokensOf(ada, 2));
        await sealing.delete(ada, expecting(2));
        await assertHolds(sealing, ada, undefined);
      },
    },
    ...[
      { who: 'has no codec', other: undefined, code: 'RECORD_SEALED' as const },
      { who: 'has another key', other: encryption([young]), code: 'ENCRYPTION_KEY_UNKNOWN' as const },
    ].map(({ who, other, code }) => ({
      title: `leaves a sealed record alone when it ${who}, until a login overwrites it`,
      body: async (storage: S): Promise<void> => {
        const sealing = await sealed(storage);
        const stranger = await open(storage, other);
        await assertRejects(stranger.load(ada), code);
        await assertRejects(stranger.load(ada), code);
        for (const change of [
          () => stranger.save(ada, tokensOf(ada, 2), expecting(0)),
          () => stranger.delete(ada, expecting(0)),
        ]) {
          const outcome = await change().then(
            () => 'done',
            (error: unknown) => (error as { code?: unknown }).code,
          );
          assert.ok(
            outcome === 'STORAGE_CONFLICT' || outcome === code,
            `a change of a sealed record: ${String(outcome)}`,
          );
        }
        await assertHolds(sealing, ada, tokensOf(ada, 1));
        await stranger.save(ada, tokensOf(ada, 2), expecting(undefined));
        await assertHolds(stranger, ada, tokensOf(ada, 2));
      },
    })),
    {
      title: 'reads on while keys change, when the new one stands behind the old one first',
      body: async (storage) => {
        const [before, behind, inFront] = await Promise.all(
          [[old], [old, young], [young, old]].map((keys) => open(storage, encryption(keys))),
        );
        assert.ok(before && behind && inFront);
        await behind.save(ada, tokensOf(ada, 1), expecting(0));
        await assertHolds(before, ada, tokensOf(ada, 1));
        await inFront.save(ada, tokensOf(ada, 2), expecting(1));
        await assertHolds(behind, ada, tokensOf(ada, 2));
        await assertRejects(before.load(ada), 'ENCRYPTION_KEY_UNKNOWN');
      },
    },
  ];
}
