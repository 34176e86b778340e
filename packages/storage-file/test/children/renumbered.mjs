// Saves in the place of a file that is no record, where files get other numbers: `after a rename`, or `at each look`.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path, when] = process.argv.slice(2);
let number = 1e6;
for (const name of ['fstatSync', 'lstatSync']) {
  const original = fs[name];
  fs[name] = (target, ...rest) => {
    const stats = original(target, ...rest);
    if (stats && (when === 'at each look' || String(target).includes('.corrupt-'))) stats.ino = number++;
    return stats;
  };
}
syncBuiltinESMExports();
const { TokenSet } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ file: path });
const tokens = TokenSet.from({ access_token: 'at' }).withStamp({ key: 'ada', generation: 9 });
const lock = { signal: AbortSignal.timeout(60_000) };
const saved = await storage.save('ada', tokens, { reason: 'login', expected: undefined, lock }).then(
  () => 'ok',
  ({ code }) => code,
);
const generation = (await storage.load('ada').catch(() => undefined))?.generation;
console.log(JSON.stringify({ saved, generation }));
