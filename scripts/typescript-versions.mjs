/**
 * Compiles scripts/consumer against the packed declarations by the oldest TypeScript that docs/stability.md names and by
 * later ones, each by every way in which it finds packages. npx fetches each when it is needed. `skipLibCheck` is off;
 * what is wrong in the declarations of others is not ours, and is left out. TypeScript 6.0 is a part of `npm test`.
 * `node scripts/typescript-versions.mjs [VERSION…]` tries those that it is told.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setUp } from './set-up.mjs';
import { root, run, script, StepFailed } from './steps.mjs';
import { packAndInstall } from './tarballs.mjs';

const told = process.argv.slice(2);
const versions = told.length > 0 ? told : ['4.9.5', '5.0.4', '5.4.5', '5.9.3', '7.0.2'];

const strict = '--noEmit --strict --exactOptionalPropertyTypes --target es2022 --types node'.split(' ');
const commonJs = ['types-commonjs.cts', '--module', 'commonjs', '--esModuleInterop', '--lib', 'es2022'];
const ways = {
  nodenext: ['types.mts', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--lib', 'es2022'],
  node10: [...commonJs, '--moduleResolution', 'node'],
  bundler: ['types.mts', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2022,dom,dom.iterable'],
};

await script(async () => {
  await setUp();
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-typescript-'));
  try {
    await packAndInstall(folder);
    cpSync(path.join(root, 'scripts/consumer'), folder, { recursive: true });
    for (const version of versions) {
      for (const way of Object.keys(ways)) {
        if (knows(version, way)) await compile(version, way, folder);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** `bundler` came with 5.0, and node10 went with 7.0. */
function knows(version, way) {
  const major = Number.parseInt(version, 10);
  return way === 'nodenext' || (way === 'bundler' ? major >= 5 : major < 7);
}

async function compile(version, way, folder) {
  const shell = process.platform === 'win32';
  const command = ['npx', '--yes', '--package', `typescript@${version}`, 'tsc', ...ways[way], ...strict];
  const { code, output } = await run(command, { cwd: folder, shell, env: { NO_COLOR: '1', FORCE_COLOR: undefined } });
  const errors = output.split('\n').filter((line) => /\berror TS\d+/.test(line));
  const ours = errors.filter((line) => !/^node_modules\/(?!\.pnpm\/@latchkey|@latchkey\/)/.test(line));
  const failed = ours.length > 0 || (code !== 0 && errors.length === 0);
  if (failed) throw new StepFailed(`TypeScript ${version}, ${way}:\n${ours.join('\n') || output}`);
  const others = errors.length > 0 ? `, beside ${errors.length} errors in declarations of others` : '';
  console.log(`TypeScript ${version}, ${way}: compiled${others}`);
}
