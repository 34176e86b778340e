/**
 * Installs the dependencies. A marker in node_modules holds a hash of all that decides what is installed; while it
 * matches, nothing is done.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pnpm, pnpmCommand, pnpmOptions } from './pnpm.mjs';
import { root, step, StepFailed } from './steps.mjs';

const marker = path.join(root, 'node_modules', '.latchkey-installed');

/** Checks Node and installs what is missing or has changed. */
export async function install() {
  checkNode();
  const wanted = fingerprint();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  await step(
    `install dependencies (${pnpm}; the first time may take a minute)`,
    pnpmCommand('install', '--frozen-lockfile'),
    { ...pnpmOptions, env: { ...pnpmOptions.env, ...compiler } },
  );
  writeFileSync(marker, wanted);
}

/**
 * One example needs sqlite3, which is compiled where its binary cannot be downloaded. Unoptimized, that takes a third of
 * the time. Where there is no compiler, it is left out, and so are the tests of that example.
 */
const unoptimized = '-O0 -w';
const { CFLAGS = unoptimized, CXXFLAGS = unoptimized } = process.env;
const compiler = { CFLAGS, CXXFLAGS };

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw new StepFailed(`Latchkey needs Node 20.19, or 22.12 or newer; this is Node ${process.versions.node}.`);
}

function fingerprint() {
  const packages = readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/package.json`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'examples/package.json', ...packages.sort()];
  const hash = createHash('sha256').update(`${pnpm} ${process.platform} ${process.arch}`);
  for (const file of files.filter((name) => existsSync(path.join(root, name)))) {
    hash.update(`\n${file}\n`).update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}
