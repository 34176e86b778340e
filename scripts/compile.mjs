/**
 * Compiles every package to its dist/ with `tsc -b`, which does only what has changed. It neither deletes the output of
 * a deleted source nor notices a deleted output, so both are put right first. The addon for the lock of the kernel is put
 * beside the module that loads it, as it is in what is published.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { copyLockAddon } from './lock-addon.mjs';
import { root, step, tool } from './steps.mjs';

/** Brings dist/ of all packages up to date with the sources. */
export async function compile() {
  for (const { path: project } of readJson('tsconfig.json').references) tidy(project);
  await step('build (tsc -b)', tool('typescript/bin/tsc', '-b'));
  copyLockAddon(path.join(root, 'packages/storage-file/dist/lock'));
}

function tidy(project) {
  const { rootDir, outDir } = readJson(path.join(project, 'tsconfig.json')).compilerOptions;
  const out = path.join(root, project, outDir);
  const sources = new Set(
    filesIn(path.join(root, project, rootDir))
      .filter((file) => /(?<!\.d|\.test)\.ts$/.test(file))
      .map((file) => file.slice(0, -'.ts'.length)),
  );
  for (const file of filesIn(out)) {
    if (!sources.has(file.replace(/(\.d\.ts|\.js)(\.map)?$/, ''))) rmSync(path.join(out, file));
  }
  const complete = [...sources].every((name) => existsSync(path.join(out, `${name}.js`)));
  if (!complete) rmSync(path.join(root, project, 'tsconfig.tsbuildinfo'), { force: true });
}

/** Lists the files under a folder, relative to it; what was installed or built below it is left out. */
function filesIn(folder, prefix = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const name = prefix + entry.name;
    return entry.isDirectory() ? filesIn(path.join(folder, entry.name), `${name}/`) : [name];
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}
