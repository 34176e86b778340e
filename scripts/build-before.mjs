/**
 * The build that the benchmark compares today's with: a commit of this repository, compiled, packed and installed by its
 * own scripts.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { root, run, step, StepFailed } from './steps.mjs';

/** 0.1.0-0, before its start, its bursts and its memory were worked on. */
const commit = 'f36f0f3402900dd0f081b0604761970b26da54fc';

/** What a candidate of the benchmark imports of us, resolved from where it stands. */
const candidates = ['latchkey.mjs', 'latchkey-file.mjs', 'latchkey-redis.mjs', 'latchkey-credentials.mjs'];

/** Installs it in `place`, once: what is there stays. The candidates of the benchmark are copied beside it each time. */
export async function installBuildBefore(place) {
  const marker = path.join(place, 'commit');
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== commit) {
    await build(place);
    writeFileSync(marker, commit);
  }
  mkdirSync(path.join(place, 'candidates'), { recursive: true });
  for (const file of candidates) {
    copyFileSync(path.join(root, 'benchmarks/candidates', file), path.join(place, 'candidates', file));
  }
}

async function build(place) {
  const { code } = await run(['git', 'cat-file', '-e', `${commit}^{commit}`]);
  if (code !== 0) {
    throw new StepFailed(
      `The benchmark builds commit ${commit} of this repository to compare with, and it is not here.\n` +
        'In a clone without history, git fetch --unshallow brings it; in a download that is no clone, clone the repository.',
    );
  }
  const sources = mkdtempSync(path.join(tmpdir(), 'latchkey-before-'));
  try {
    const archive = path.join(sources, 'sources.tar');
    await step('the build before: take its sources', ['git', 'archive', '--output', archive, commit]);
    await step('the build before: unpack them', ['tar', '-xf', archive, '-C', sources]);
    await step('the build before: compile', [process.execPath, 'scripts/build.mjs'], { cwd: sources });
    rmSync(place, { recursive: true, force: true });
    const pack = `const { packAndInstall } = await import('./scripts/tarballs.mjs'); await packAndInstall(process.argv[1]);`;
    const command = [process.execPath, '--input-type=module', '--eval', pack, place];
    await step('the build before: pack and install', command, { cwd: sources });
  } finally {
    rmSync(sources, { recursive: true, force: true });
  }
}
