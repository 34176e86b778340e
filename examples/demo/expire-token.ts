import { NoTokensError, TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import type { Settings } from './settings.js';
import { readTokenFile } from './token-file.js';

/**
 * Lets the stored token end a second ago. The record is rewritten under the file's lock, onto the generation that was
 * read, as in a renewal; the refresh token stays as it is.
 */
export async function expireStoredToken(settings: Settings, signal: AbortSignal): Promise<TokenSet> {
  const storage = new FileTokenStorage(settings.folder);
  const key = readTokenFile(settings).stamp?.key ?? '';
  return storage.withLock(
    key,
    async (lock) => {
      const stored = await storage.load(key);
      if (!stored) throw new NoTokensError();
      const expired = TokenSet.from({ ...stored.toJSON(), expires_at: Math.floor(Date.now() / 1000) - 1 });
      const generation = (stored.generation ?? 0) + 1;
      const tokens = expired.withStamp({ ...stored.stamp, generation });
      await storage.save(key, tokens, { reason: 'import', expected: stored.generation, lock });
      return tokens;
    },
    { signal, timeout: 10 },
  );
}
