/**
 * Puts the compiled modules of the package in the current folder together into few files: `bundle/`, which is what is
 * published. A program that imports one file starts sooner than one that imports a hundred. Entry points and the pieces
 * they share stand in one folder, so that a path relative to one of them holds for all. Runs before each `pnpm pack`.
 */
import { build } from 'esbuild';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { script, StepFailed } from './steps.mjs';

/** Programs that a package starts by themselves. */
const programs = ['dist/testing/torture/child.js', 'dist/testing/torture/main.js'];

await script(async () => {
  const { publishConfig, dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const targets = Object.values(publishConfig.exports).flatMap(({ default: target }) => target ?? []);
  const entries = targets.map((target) => [path.basename(target, '.js'), sourceOf(path.basename(target, '.js'))]);
  for (const program of programs.filter((file) => existsSync(file))) {
    entries.push([path.basename(program, '.js'), program]);
  }
  rmSync('bundle', { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: Object.fromEntries(entries),
    outdir: 'bundle',
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    // What is only a devDependency becomes part of the bundle, with its licence.
    external: ['node:*', ...Object.keys({ ...dependencies, ...peerDependencies })],
    platform: 'neutral',
    format: 'esm',
    target: 'es2023',
    // Parsing takes most of the time of an import. Names stay, and lines, for stack traces and whoever reads on.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 120,
    logLevel: 'warning',
    metafile: true,
  });
  const licences = licencesOf(Object.keys(metafile.inputs));
  if (licences.length > 0) writeFileSync('bundle/third-party.txt', licences.join('\n'));
});

/** An entry point is a module, or the index of a folder. */
function sourceOf(name) {
  const source = [`dist/${name}.js`, `dist/${name}/index.js`].find((file) => existsSync(file));
  if (source === undefined) throw new StepFailed(`There is no dist/${name}: run npm run build first.`);
  return source;
}

/** The licences of the packages that have become part of the bundle. */
function licencesOf(inputs) {
  const folders = new Set(inputs.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  return [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const licence = ['LICENSE', 'LICENSE.md'].map((file) => path.join(folder, file)).find((file) => existsSync(file));
    return `Parts of ${name} ${version}, under this licence:\n\n${readFileSync(licence, 'utf8')}`;
  });
}
