/** Saves records in a loop, and reports each that is saved: `saver.mjs <kind> <file>`. Ends by being killed. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import process from 'node:process';

const [kind, file] = process.argv.slice(2);
const save = await { latchkey: latchkey, atomic: () => atomic, 'in-place': () => inPlace }[kind]();

for (let generation = 2; ; generation++) {
  const [access_token, refresh_token] = ['a'.repeat(1300), 'r'.repeat(600)];
  await save({ access_token, refresh_token, latchkey: { version: 1, key: 'a key', generation } });
  writeSync(1, `${generation}\n`);
}

async function latchkey() {
  const { TokenSet } = await import('@latchkey/core');
  const { FileTokenStorage } = await import('@latchkey/storage-file');
  const storage = new FileTokenStorage(file);
  const lock = { signal: new AbortController().signal };
  return (record) => {
    const expected = record.latchkey.generation - 1;
    return storage.save('a key', TokenSet.from(record), { reason: 'refresh', expected, lock });
  };
}

function atomic(record) {
  rmSync(`${file}.new`, { force: true }); // of a killed predecessor
  const temporary = openSync(`${file}.new`, 'wx', 0o600);
  writeSync(temporary, JSON.stringify(record));
  fsyncSync(temporary);
  closeSync(temporary);
  renameSync(`${file}.new`, file);
}

function inPlace(record) {
  return writeFile(file, JSON.stringify(record));
}
