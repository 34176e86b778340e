/**
 * A filter of jest, which asks for one in CommonJS: one example needs sqlite3, which is compiled where its binary cannot
 * be downloaded. Where it is not there, the tests of that example are left out, and a line before the last one says so.
 */
const { writeSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const process = require('node:process');
const { pnpm } = require('./pnpm.mjs');
const { root } = require('./steps.mjs');

const needSqlite = /^(examples\/sqlite\/|packages\/storage-redis\/test\/sqlite\.test\.ts$)/;

module.exports = function filter(tests) {
  const named = tests.map((test) => ({ test, name: path.relative(root, test).replaceAll(path.sep, '/') }));
  const leftOut = named.filter(({ name }) => needSqlite.test(name));
  if (leftOut.length === 0 || isBuilt()) return { filtered: tests };
  const names = leftOut.map(({ name }) => name).join(', ');
  const remedy = `install a C++ compiler, make and Python 3, and type: npx ${pnpm} rebuild --recursive sqlite3`;
  process.once('exit', () =>
    writeSync(1, `\nLeft out, since sqlite3 is not built: ${names}. To run them, ${remedy}\n`),
  );
  return { filtered: named.filter((entry) => !leftOut.includes(entry)).map(({ test }) => test) };
};

/** Whether the package can be loaded, and so has been built. */
function isBuilt() {
  try {
    createRequire(path.join(root, 'examples/sqlite/main.ts'))('@keyv/sqlite');
    return true;
  } catch {
    return false;
  }
}
