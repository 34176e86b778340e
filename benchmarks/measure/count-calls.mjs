/** Counts calls into node:fs, its promises included, and writes to sockets, from when it is imported. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const counts = { files: 0, writes: 0 };

for (const object of [fs, fs.promises]) for (const name of Object.keys(object)) count(object, name, 'files');
count(net.Socket.prototype, 'write', 'writes');
syncBuiltinESMExports();

/** The counts until now. */
export const callCounts = () => ({ ...counts });

function count(object, name, what) {
  const original = object[name];
  if (typeof original !== 'function' || /^[A-Z_]/.test(name)) return;
  const counting = function (...given) {
    counts[what]++;
    return original.apply(this, given);
  };
  object[name] = Object.assign(counting, original); // realpathSync.native and its like
}
