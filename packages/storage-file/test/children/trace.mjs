// Saves once and prints the system calls that make it durable, in their order.
import { TokenSet } from '@latchkey/core';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const calls = [];
for (const name of ['fsyncSync', 'renameSync', 'writeFileSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    const target = typeof args[0] === 'number' && fs.fstatSync(args[0]).isDirectory() ? 'folder' : 'file';
    calls.push(`${name.replace('Sync', '')} ${target}`);
    return original(...args);
  };
}
syncBuiltinESMExports();
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage(process.argv[2]);
const lock = { signal: new AbortController().signal };
await storage.save('ada', TokenSet.from({ access_token: 'a' }), { reason: 'login', expected: undefined, lock });
console.log(JSON.stringify({ calls }));
