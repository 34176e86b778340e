/**
 * A process that saves under the lock each time that it is told to by a pipe, and tells how that went. Between two
 * marks it does nothing else, so that whoever traces it knows which system calls are those of the library.
 * `node save-when-told.mjs <pipe>`; the pipe brings the path, the kind of locking and the generation to save.
 */
import { TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import process from 'node:process';

const key = 'ada';
const pipe = process.argv[2];
const signal = new AbortController().signal;
process.on('warning', () => undefined);

/** Waits for a writer. What fails here is no business of the library. */
function listen() {
  for (;;) {
    try {
      const text = readFileSync(pipe, 'utf8');
      if (text !== '') return JSON.parse(text);
    } catch {
      // once more
    }
  }
}

for (;;) {
  const { path, locking, generation } = listen();
  const tokens = TokenSet.from({ access_token: 'a', refresh_token: 'r' }).withStamp({ key, generation });
  const storage = new FileTokenStorage(path, { locking });
  existsSync('/latchkey/begin');
  const outcome = await storage
    .withLock(
      key,
      async (lock) => {
        const expected = (await storage.load(key))?.generation ?? 0;
        await storage.save(key, tokens, { reason: 'refresh', expected, lock });
      },
      { signal, timeout: 3 },
    )
    .then(
      () => 'saved',
      (error) => error.code ?? `untyped: ${error.message}`,
    );
  existsSync('/latchkey/end');
  writeSync(1, `${outcome}\n`);
}
