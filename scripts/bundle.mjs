/**
 * Puts the compiled modules of the package in the current folder together into few files: `bundle/`, which is what is
 * published. A program that imports one file starts sooner than one that imports a hundred. All stand in one folder, so
 * that a path relative to one of them holds for all; the declarations stand below it. Runs before each `pnpm pack`.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleInLayers } from './bundle-layers.mjs';
import { copyDeclarations } from './declarations.mjs';
import { mapLinesOnly } from './line-source-maps.mjs';
import { addonFolder, copyLockAddon } from './lock-addon.mjs';
import { ourModules } from './our-modules.mjs';
import { ownSourceMaps } from './own-source-maps.mjs';
import { bundleRedisClient, redisClientElsewhere } from './reduced-redis-client.mjs';
import { stampBuild } from './stamp-build.mjs';
import { script, StepFailed } from './steps.mjs';

/** Processes that the testing kit starts, and that no debugger comes to, so that they have no source map. */
const children = ['dist/testing/torture/child.js', 'dist/testing/storage-contract/storage-child.js'];
const programs = ['dist/testing/torture/main.js', ...children];

await script(async () => {
  const { publishConfig, dependencies, peerDependencies, devDependencies } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const targets = Object.values(publishConfig.exports).flatMap(({ default: target }) => target ?? []);
  const entries = targets.map((target) => sourceOf(path.basename(target, '.js')));
  entries.push(...programs.filter((file) => existsSync(file)));
  const hasRedis = '@keyv/redis' in (devDependencies ?? {});
  const options = {
    outdir: 'bundle',
    bundle: true,
    // What is only a devDependency becomes part of the bundle, with its licence.
    external: ['node:*', ...Object.keys({ ...dependencies, ...peerDependencies })],
    platform: 'neutral',
    format: 'esm',
    target: 'es2023',
    // To be read and stepped through, so nothing is minified, and the maps lead to our sources, which they hold.
    sourcemap: 'linked',
    sourcesContent: true,
    logLevel: 'warning',
    metafile: true,
    plugins: [ourModules, ...(hasRedis ? [redisClientElsewhere] : []), ownSourceMaps],
  };
  rmSync('bundle', { recursive: true, force: true });
  const inputs = await bundleInLayers(entries, options);
  if (hasRedis) inputs.push(...(await bundleRedisClient(options)));
  for (const child of children) dropMap(path.join('bundle', path.basename(child)));
  for (const name of readdirSync('bundle')) {
    const file = path.join('bundle', name);
    if (name.endsWith('.js')) giveNames(file);
    if (name.endsWith('.map')) mapLinesOnly(file);
  }
  stampBuild('bundle');
  if ('fs-native-extensions' in (devDependencies ?? {})) {
    copyLockAddon('bundle');
    inputs.push(path.join(addonFolder, 'index.js'));
  }
  const declarations = Object.values(publishConfig.exports).flatMap(({ types }) => types ?? []);
  copyDeclarations(declarations, 'bundle/types');
  const licences = licencesOf(inputs);
  if (licences.length > 0) writeFileSync('bundle/third-party.txt', licences.join('\n'));
});

function dropMap(file) {
  if (!existsSync(file)) return;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n/m, ''));
  rmSync(`${file}.map`);
}

/** Lets classes and modules be called as their readers know them. Lines stay, so that the source map still fits. */
function giveNames(file) {
  const code = readFileSync(file, 'utf8');
  writeFileSync(file, withOneImport(withModuleNames(withOwnNames(withoutIdleMarks(code)))));
}

/** esbuild repeats an import in each module that has it, and gives each export a line; of the latter no map knows. */
function withOneImport(code) {
  const all = new Map();
  const line = /^import \{ (.*) \} from (".*");$/gm;
  for (const [, names, from] of code.matchAll(line)) all.set(from, [...(all.get(from) ?? []), names]);
  const once = code.replace(line, (_, names, from) => {
    const wanted = all.get(from);
    all.delete(from);
    return wanted ? `import { ${wanted.join(', ')} } from ${from};` : '';
  });
  return once.replace(/^export \{\n([^}]*)\n\};$/gm, (_, names) => `export { ${names.trim().replace(/\n */g, ' ')} };`);
}

/** What a function makes is nothing that a bundler could leave out of a module, so it need not be told that it could. */
function withoutIdleMarks(code) {
  return code.replace(/^(?: +(?!static |\[)|.*=>).*$/gm, (line) => line.replaceAll('/* @__PURE__ */ ', ''));
}

/** A class that names itself is `_Name` within, as esbuild writes it, and stack traces would say so. */
function withOwnNames(code) {
  const names = [...code.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name);
  if (names.length === 0) return code;
  return code.replace(new RegExp(`(?<![\\w$.])_(${names.join('|')})\\b`, 'g'), '$1');
}

/** Where a module begins esbuild writes its whole path, which the source map has too; and again in one of CommonJS. */
function withModuleNames(code) {
  const named = code.replace(/^\/\/ \S*?([\w-]+)\.js(?:on)?$/gm, '// $1');
  return named.replace(/^ {2}"\S*?([\w-]+)\.js(?:on)?"(?=\()/gm, '  "$1"');
}

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
    // Some packages are published without their licence's text.
    const ours = path.join(import.meta.dirname, 'licences', `${name.replace('/', '+')}.txt`);
    const theirs = ['LICENSE', 'LICENSE.md'].map((file) => path.join(folder, file));
    const licence = [...theirs, ours].find((file) => existsSync(file));
    return `Parts of ${name} ${version}, under this licence:\n\n${readFileSync(licence, 'utf8')}`;
  });
}
