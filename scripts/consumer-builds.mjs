/**
 * Builds a program that logs in, saves and renews in the ways in which programs are shipped, and runs it far from its
 * packages. Each way is a row of docs/bundling.md.
 */
import { build } from 'esbuild';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { run } from './steps.mjs';

const addon = ['fs-native-extensions'];
const ways = [
  { name: 'esbuild, ESM', format: 'esm', lock: 'lock file' },
  { name: 'esbuild, CommonJS', format: 'cjs', lock: 'lock file' },
  { name: 'esbuild, ESM, the addon beside it', format: 'esm', external: addon, copied: addon, lock: 'kernel' },
];

/** Returns what is wrong, a line for each error. @param folder - where the tarballs are installed */
export async function buildErrors(folder) {
  const errors = [];
  for (const way of ways) {
    const place = mkdtempSync(path.join(tmpdir(), 'latchkey-build-'));
    try {
      const told = await runBuilt(way, folder, place);
      if (!told.includes(`logged in, saved and renewed, locked by ${way.lock}`)) errors.push(`${way.name}: ${told}`);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }
  return errors;
}

async function runBuilt({ format, external = [], copied = [] }, folder, place) {
  const program = path.join(place, format === 'cjs' ? 'program.cjs' : 'program.mjs');
  await build({
    entryPoints: [path.join(folder, 'log-in.mjs')],
    outfile: program,
    format,
    external,
    bundle: true,
    platform: 'node',
    logLevel: 'silent', // it says that import.meta is empty in CommonJS, which is known
  });
  for (const name of copied) copyPackage(name, folder, place);
  const home = path.join(place, 'nobody');
  const { output } = await run([process.execPath, program, path.join(place, 'tokens.json')], {
    cwd: place,
    env: { HOME: home },
  });
  return output;
}

/** Copies a package with all that it needs. */
function copyPackage(name, folder, place) {
  const beside = path.join(place, 'node_modules');
  mkdirSync(beside, { recursive: true });
  cpSync(installed(name, folder), beside, { recursive: true, dereference: true });
}

/** The folder in which pnpm puts a package and what it needs. */
function installed(name, folder) {
  const hidden = path.join(folder, 'node_modules/.pnpm');
  const [found] = readdirSync(hidden).filter((each) => each.startsWith(`${name}@`));
  return path.join(hidden, found, 'node_modules');
}
