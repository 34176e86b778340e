/** What the installed packages may cost a program, counted without a clock. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { installedSize } from './installed-size.mjs';
import { run, StepFailed } from './steps.mjs';

/** Each figure has a limit; whoever raises one says why. */
const limits = {
  'packages installed for core and storage-file': 2,
  'MiB installed for core and storage-file': 2.0,
  // Nothing is minified, and nearly half of it are source maps, which hold our sources and are read by debuggers alone.
  'KiB of the packed core': 425,
  // The addon for the lock of the kernel is part of it, for four systems, where it would be 1.4 MiB on disk as a package of its own.
  'KiB of the packed storage-file': 87,
  // The client of Redis is part of it: 40 KiB, where it would be 8.5 MiB on disk as a package of its own.
  'KiB of the packed storage-redis': 89,
  // The program, storage-file, and core.
  'modules loaded where a fresh token is in the file': 3,
  'KiB of these modules': 212,
  'of them modules of other packages': 0,
  // The name of the host is for a lock; a storage that answers at once is not timed.
  'parts of Node loaded there without need, and timers': 0,
  // The program, core, storage-redis, and the client of Redis in two files; nothing of clusters and sentinels.
  'modules loaded where a fresh token is in Redis': 5,
  'KiB of all these': 390,
  // The program, core, its entry point for Node, and what examines and what parses.
  'modules loaded where a credentials file of each kind is read': 6,
  'KiB of them': 267,
  // Such as an HTTP server, which a login in a browser needs.
  'parts of Node loaded there without need': 0,
  // The program, core, and what makes requests: no protocol library for a request with a secret.
  'modules loaded where a first token is asked for': 3,
  // An answer in an odd form is understood without a further module: it may hold the only tokens that live.
  'KiB loaded there': 250,
  'promises made by a call that finds a fresh token in memory': 0,
  // Date.now() makes a number of 16 bytes; the rest is the rounding of a sample.
  'bytes that such a call allocates': 18,
};

/** Returns each figure with its limit. @param tarballs - paths by the package's name, installed in `folder` */
export async function budget(tarballs, folder) {
  const size = installedSize(folder, ['@latchkey/core', '@latchkey/storage-file']);
  const fresh = await inPlace((place) => freshToken(folder, path.join(place, 'tokens.json')));
  const credentials = await inPlace((place) => credentialsFiles(path.join(folder, 'credentials.mjs'), place));
  const redis = await tokenOf(path.join(folder, 'redis-token.mjs'));
  const first = await tokenOf(path.join(folder, 'first-token.mjs'));
  const warm = JSON.parse(await output([path.join(folder, 'warm-path.mjs')]));
  const packed = (name) => Math.ceil(statSync(tarballs[name]).size / 1024);
  const figures = [
    size.packages,
    Number(size.megabytes.toFixed(1)),
    packed('core'),
    packed('storage-file'),
    packed('storage-redis'),
    fresh.modules.length,
    kibibytes(fresh.modules),
    fresh.modules.filter((file) => file.includes('/node_modules/') && !file.includes('/@latchkey/')).length,
    fresh.needless,
    redis.modules.length,
    kibibytes(redis.modules),
    credentials.modules.length,
    kibibytes(credentials.modules),
    credentials.needless.length,
    first.modules.length,
    kibibytes(first.modules),
    warm.promises,
    Number(warm.bytes.toFixed(1)),
  ];
  return Object.entries(limits).map(([name, limit], index) => ({ name, limit, figure: figures[index] }));
}

/** Runs a program whose token is fresh in a file. */
async function freshToken(folder, file) {
  const program = path.join(folder, 'fresh-token.mjs');
  await output([program, file, 'the token']);
  const { modules } = await tokenOf(program, file);
  const [, parts, timers] = /^needless: (.*)\ntimers: (\d+)$/m.exec(await output([program, file])) ?? [];
  return { modules, needless: parts.split(',').filter(Boolean).length + Number(timers) };
}

/** Runs a program that reads credentials; once without the list, which needs parts of Node itself. */
async function credentialsFiles(program, place) {
  const told = await output([program, place]);
  const [, needless] = /^needless: (.*)$/m.exec(told) ?? [];
  if (needless === undefined || !told.includes('my-cli,my-cli,my-cli')) throw new StepFailed(told);
  return { ...(await loading(program, place)), needless: needless.split(',').filter(Boolean) };
}

/** Runs a program that says its token. */
async function tokenOf(program, ...args) {
  const { modules, told } = await loading(program, ...args);
  if (!told.includes('the token')) throw new StepFailed(told);
  return { modules, told };
}

/** Runs a program; resolves to the files of the modules that it loads, without those of Node itself, and what it said. */
async function loading(program, ...args) {
  const list = path.join(path.dirname(program), 'list-modules.mjs');
  const told = await output(['--import', list, program, ...args]);
  return { modules: [...told.matchAll(/^loads (file:.*)$/gm)].map(([, url]) => fileURLToPath(url)), told };
}

async function inPlace(task) {
  const place = mkdtempSync(path.join(tmpdir(), 'latchkey-budget-'));
  try {
    return await task(place);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function kibibytes(files) {
  const sizes = files.map((file) => statSync(file).size);
  return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

async function output(args) {
  const { code, output: told } = await run([process.execPath, ...args]);
  if (code !== 0) throw new StepFailed(told);
  return told;
}
