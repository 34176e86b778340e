// Saves so many records at once, each under its lock, and prints for each the calls that make it durable, in their order;
// with 'marker' those before too, which make the file that says how all lock here.
import { TokenSet } from '@latchkey/core';
import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const [folder, count, marker] = process.argv.slice(2);
const calls = [];
const saving = new AsyncLocalStorage();
let isTraced = marker === 'marker';
const allHaveTheirLocks = meeting();
const allHaveSaved = meeting();

/** Lets everybody wait for everybody, so that none is alone while it saves, however slow another is. */
function meeting() {
  let left = Number(count);
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));
  return () => {
    if (--left === 0) begin();
    return begun;
  };
}

function note(name, target) {
  if (!isTraced) return;
  const file = typeof target === 'number' ? (opened.get(target) ?? '') : target;
  calls.push({ name, file: path.basename(file).slice(0, 8), by: saving.getStore() });
}

const opened = new Map();
const { openSync } = fs;
fs.openSync = (file, ...rest) => {
  const fd = openSync(file, ...rest);
  opened.set(fd, fs.fstatSync(fd).isDirectory() ? 'folder' : file);
  return fd;
};
for (const name of ['fsyncSync', 'renameSync', 'writeFileSync', ...(isTraced ? ['linkSync'] : [])]) {
  const original = fs[name];
  fs[name] = (...args) => {
    note(name, args[0]);
    return original(...args);
  };
}
const { fsync } = fs;
fs.fsync = (fd, done) => {
  note('fsync', fd);
  fsync(fd, (error) => {
    note('fsync done', fd);
    done(error);
  });
};
syncBuiltinESMExports();
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ folder }, { perKey: true });
const options = { signal: new AbortController().signal, timeout: 5 };
const save = (key) =>
  storage.withLock(
    key,
    async (lock) => {
      await allHaveTheirLocks();
      isTraced = true;
      await storage.save(key, TokenSet.from({ access_token: 'a' }), { reason: 'login', expected: undefined, lock });
      note('saved', '');
      await allHaveSaved();
    },
    options,
  );
await Promise.all(
  Array.from({ length: Number(count) }, (_, index) => saving.run(index, () => save(`account ${index}`))),
);
console.log(JSON.stringify({ calls }));
