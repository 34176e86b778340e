// Saves ever higher generations and acknowledges each, until killed.
import { TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { writeSync } from 'node:fs';

const [path, key] = process.argv.slice(2);
const storage = new FileTokenStorage(path);
const options = { signal: new AbortController().signal, timeout: 20 };
for (;;) {
  await storage.withLock(
    key,
    async (lock) => {
      const expected = (await storage.load(key))?.generation ?? 0;
      const token = String(expected + 1).repeat(2000);
      const tokens = TokenSet.from({ access_token: token, refresh_token: token });
      const stamped = tokens.withStamp({ key, generation: expected + 1 });
      await storage.save(key, stamped, { reason: 'refresh', expected, lock });
      writeSync(1, `saved ${expected + 1}\n`);
    },
    options,
  );
}
