// Synchronises a folder for some who ask one after another, and prints for each the flush that had ended last when it was told.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setImmediate } from 'node:timers/promises';

const [folder] = process.argv.slice(2);
const flushes = [];
let ended = 0;
fs.fsync = (_fd, done) => flushes.push(done);
syncBuiltinESMExports();
const { amongOthers, syncFolder } = await import('../../dist/file/disk-calls.js');

const told = {};
const ask = async (name) => {
  told[name] = await syncFolder(folder).then(
    () => ended,
    (error) => `${error.code} of ${ended}`,
  );
};
const end = async (error = null) => {
  flushes[ended++](error);
  await setImmediate();
};

await amongOthers(() =>
  amongOthers(async () => {
    const asked = [ask('first')];
    await setImmediate();
    asked.push(ask('second'), ask('third'));
    await end();
    asked.push(ask('fourth'), ask('fifth'));
    await end(Object.assign(new Error('lost'), { code: 'EIO' }));
    await end();
    await Promise.all(asked);
    const late = ask('late');
    await end();
    await late;
  }),
);
console.log(JSON.stringify({ told, flushes: flushes.length }));
