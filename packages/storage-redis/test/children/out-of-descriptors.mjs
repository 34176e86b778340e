// Uses a storage for the first time while no descriptor is left, and again once there are some; tells how that went.
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { closeSync, openSync } from 'node:fs';

const storage = new RedisTokenStorage(JSON.parse(process.argv[2]));
const load = () =>
  storage.load('k').then(
    () => 'answered',
    ({ code }) => code,
  );
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // None is left.
}
const without = await load();
for (const fd of taken) closeSync(fd);
console.log(`told ${without}, ${await load()}`);
