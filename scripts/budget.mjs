/** What the installed packages may cost a program, counted without a clock. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { installedSize } from './installed-size.mjs';
import { run, StepFailed } from './steps.mjs';

/** Each figure has a limit; whoever raises one says why. */
const limits = {
  'packages installed for core and storage-file': 10,
  'MiB installed for core and storage-file': 10,
  // Nothing is minified, and half of it is source maps, which hold our sources and are read by debuggers alone.
  'KiB of the packed core': 600,
  'KiB of the packed storage-file': 58,
  // The client of Redis is part of it: 75 KiB, where it would be 8.5 MiB on disk as a package of its own.
  'KiB of the packed storage-redis': 132,
  // The program, storage-file, and core: the list of its names, and the file behind it.
  'modules loaded where a fresh token is in the file': 4,
  'of them modules of other packages': 0,
  'promises made by a call that finds a fresh token in memory': 0,
  // Date.now() makes a number of 16 bytes; the rest is the rounding of a sample.
  'bytes that such a call allocates': 18,
};

/** Returns each figure with its limit. @param tarballs - paths by the package's name, installed in `folder` */
export async function budget(tarballs, folder) {
  const size = installedSize(folder, ['@latchkey/core', '@latchkey/storage-file']);
  const modules = await modulesLoaded(folder);
  const warm = JSON.parse(await output([path.join(folder, 'warm-path.mjs')]));
  const packed = (name) => Math.ceil(statSync(tarballs[name]).size / 1024);
  const figures = [
    size.packages,
    Number(size.megabytes.toFixed(1)),
    packed('core'),
    packed('storage-file'),
    packed('storage-redis'),
    modules.length,
    modules.filter((url) => url.includes('/node_modules/') && !url.includes('/@latchkey/')).length,
    warm.promises,
    Number(warm.bytes.toFixed(1)),
  ];
  return Object.entries(limits).map(([name, limit], index) => ({ name, limit, figure: figures[index] }));
}

/** The modules that a program loads whose token is fresh in a file, without those of Node itself. */
async function modulesLoaded(folder) {
  const place = mkdtempSync(path.join(tmpdir(), 'latchkey-fresh-'));
  const program = [path.join(folder, 'fresh-token.mjs'), path.join(place, 'tokens.json')];
  try {
    await output([...program, 'the token']);
    const told = await output(['--import', path.join(folder, 'list-modules.mjs'), ...program]);
    if (!told.includes('the token')) throw new StepFailed(told);
    return [...told.matchAll(/^loads (file:.*)$/gm)].map(([, url]) => url);
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function output(args) {
  const { code, output: told } = await run([process.execPath, ...args]);
  if (code !== 0) throw new StepFailed(told);
  return told;
}
