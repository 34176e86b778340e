/**
 * Builds the program that logs in, saves and renews with more software than the workspace has, and runs what they made
 * far from its packages: rollup, Vite, webpack, rspack, Node's single executable, Bun, Deno, Next.js, Vitest, jest with its flag. Each is a
 * row of docs/bundling.md. A page is built too, into one file. npm fetches all of it at the versions below. `node scripts/other-builds.mjs [part of a name]`.
 */
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { bundle, expectTold, inPlace } from './consumer-builds.mjs';
import { jestErrors } from './consumer-commonjs.mjs';
import { nextErrors } from './next-build.mjs';
import { setUp } from './set-up.mjs';
import { root, run, script, step, StepFailed } from './steps.mjs';
import { packAndInstall } from './tarballs.mjs';

const tools = [
  '@rollup/plugin-node-resolve@16.0.3',
  '@rspack/core@2.3.3',
  'postject@1.0.0-alpha.6',
  'rollup@4.68.8',
  'vite@8.4.0',
  'vitest@4.1.12',
  'webpack@5.113.0',
];
const [bun, deno] = [
  ['npx', '--yes', 'bun@1'],
  ['npx', '--yes', 'deno@2'],
];
/** What a program needs there that keeps tokens in its own folder; a lock names its holder by `hostname`, files have owners. */
const denoFlags = ['--allow-read=.', '--allow-write=.', '--allow-net=127.0.0.1', '--allow-sys=hostname,uid,gid'];

await script(async () => {
  await setUp();
  const workshop = mkdtempSync(path.join(tmpdir(), 'latchkey-builds-'));
  const folder = path.join(workshop, 'packages');
  try {
    await packAndInstall(folder);
    cpSync(path.join(root, 'scripts/consumer'), folder, { recursive: true });
    writeFileSync(path.join(workshop, 'package.json'), '{ "private": true }');
    const install = ['npm', 'install', '--no-audit', '--no-fund', '--no-save', ...tools];
    await step('tools of other builds', install, { cwd: workshop, shell: process.platform === 'win32' });
    await runAll(waysFrom(folder, createRequire(path.join(workshop, 'package.json'))));
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
});

async function runAll(ways) {
  const wanted = Object.entries(ways).filter(([name]) => name.includes(process.argv[2] ?? ''));
  const errors = [];
  for (const [name, errorsOf] of wanted) {
    const found = await inPlace(errorsOf);
    console.log(`${name}: ${found.length === 0 ? 'works' : 'FAILED'}`);
    errors.push(...found.map((line) => `${name}: ${line}`));
  }
  if (wanted.length === 0) throw new StepFailed(`No build is called so: ${Object.keys(ways).join(', ')}`);
  if (errors.length > 0) throw new StepFailed(errors.join('\n'));
}

/** Each resolves to what is wrong, given an empty folder. */
function waysFrom(folder, tool) {
  const { rspack } = tool('@rspack/core');
  const postject = tool.resolve('postject/dist/cli.js');
  const bundled = (format) => (place) => bundle({ format }, folder, place);
  return {
    rollup: (place) => rolledUp(tool, folder, place),
    vite: (place) => builtByVite(tool, folder, place),
    webpack: (place) => packed(tool('webpack'), folder, place),
    rspack: (place) => packed(rspack, folder, place),
    'single executable of Node 20.19': (place) => postjected('node@20.19', postject, folder, place),
    'single executable of Node 24': (place) => postjected('node@24', postject, folder, place),
    'single executable of Node 26': (place) => executableOf26(folder, place),
    'bun build, run by Node': (place) =>
      built([...bun, 'build', '--target=node'], [process.execPath, 'program.mjs'], folder, place),
    'bun build, run by Bun': (place) =>
      built([...bun, 'build', '--target=bun'], [...bun, 'program.mjs'], folder, place),
    'bun build --compile': (place) => built([...bun, 'build', '--compile'], ['./program.mjs'], folder, place),
    'deno run, an ESM file': async (place) => ran([...deno, 'run', ...denoFlags, await bundled('esm')(place)], place),
    'deno run, a CommonJS file': async (place) =>
      ran([...deno, 'run', ...denoFlags, await bundled('cjs')(place)], place),
    'jest in CommonJS by the flag': () => jestErrors(folder, ['npx', '--yes', 'node@24'], 'the flag'),
    vitest: (place) => vitestErrors(path.join(path.dirname(postject), '../../vitest/vitest.mjs'), folder, place),
    'Next.js': (place) => nextErrors(folder, place),
    'a page by rollup': (place) => inOneFile(pageByRollup(tool, folder, place), place),
    'a page by vite': (place) => inOneFile(pageByVite(tool, folder, place), place),
    'a page by webpack': (place) => inOneFile(packedPage(tool('webpack'), folder, place), place),
    'a page by rspack': (place) => inOneFile(packedPage(rspack, folder, place), place),
  };
}

/**
 * webpack writes where the packages stood into its file, so that the addon is found there as long as they do. Elsewhere
 * it is not.
 */
async function packed(bundler, folder, place) {
  const output = { path: place, filename: 'program.cjs' };
  const errors = await compile(bundler, { target: 'node20', entry: './program.mjs', context: folder, output });
  if (errors.length > 0) return errors;
  const program = [process.execPath, 'program.cjs'];
  const beside = await ran(program, place, { tokens: 'beside.json', lock: 'kernel' });
  return [...beside, ...(await withoutPackages(folder, () => ran(program, place)))];
}

/** Runs webpack or rspack. */
async function compile(bundler, options) {
  const compiler = bundler({ mode: 'production', ...options });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  return stats.hasErrors() ? [stats.toString('errors-only')] : [];
}

async function rolledUp(tool, folder, place) {
  const { nodeResolve } = tool('@rollup/plugin-node-resolve');
  const input = path.join(folder, 'program.mjs');
  const plugins = [nodeResolve({ preferBuiltins: true })];
  const bundle = await tool('rollup').rollup({ input, external: /^node:/, plugins });
  await bundle.write({ dir: place, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  return withoutPackages(folder, () => ran([process.execPath, 'program.mjs'], place));
}

async function builtByVite(tool, folder, place) {
  const { build } = await import(pathToFileURL(tool.resolve('vite')));
  const output = { entryFileNames: 'program.mjs' };
  const ssr = path.join(folder, 'program.mjs');
  await build({
    root: folder,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: { ssr, outDir: place, emptyOutDir: true, rollupOptions: { output } },
  });
  return withoutPackages(folder, () => ran([process.execPath, 'program.mjs'], place));
}

/** A browser may load no second file later, so that there has to be one, by the settings of docs/bundling.md. */
async function inOneFile(build, place) {
  const errors = (await build) ?? [];
  const files = readdirSync(place, { recursive: true }).filter((file) => /\.m?js$/.test(file));
  const later = files.filter((file) => /\bimport\(\s*["'`]/.test(readFileSync(path.join(place, file), 'utf8')));
  return [
    ...errors,
    ...(files.length === 1 ? [] : [`there is ${files.join(', ')}`]),
    ...later.map((file) => `${file} imports more later`),
  ];
}

async function pageByRollup(tool, folder, place) {
  const { nodeResolve } = tool('@rollup/plugin-node-resolve');
  const input = path.join(folder, 'page.mjs');
  const bundle = await tool('rollup').rollup({ input, plugins: [nodeResolve({ browser: true })] });
  await bundle.write({ dir: place, inlineDynamicImports: true });
}

async function pageByVite(tool, folder, place) {
  const { build } = await import(pathToFileURL(tool.resolve('vite')));
  const rolldownOptions = { input: path.join(folder, 'page.mjs'), output: { codeSplitting: false } };
  await build({ root: folder, logLevel: 'warn', build: { outDir: place, emptyOutDir: true, rolldownOptions } });
}

function packedPage(bundler, folder, place) {
  const output = { path: place, filename: 'page.js' };
  const module = { parser: { javascript: { dynamicImportMode: 'eager' } } };
  return compile(bundler, { target: 'webworker', entry: './page.mjs', context: folder, output, module });
}

/** Until Node 25.5 a single executable is a copy of Node into which a blob is put. */
async function postjected(version, postject, folder, place) {
  const node = await pathOf(version);
  const config = { main: await bundle({ format: 'cjs' }, folder, place), output: 'blob' };
  writeFileSync(path.join(place, 'sea.json'), JSON.stringify(config));
  copyFileSync(node, path.join(place, 'program'));
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  for (const command of [
    [node, '--experimental-sea-config', 'sea.json'],
    [process.execPath, postject, 'program', 'NODE_SEA_BLOB', 'blob', '--sentinel-fuse', fuse],
  ]) {
    const { code, output } = await run(command, { cwd: place });
    if (code !== 0) return [output];
  }
  return ran(['./program'], place);
}

async function executableOf26(folder, place) {
  const main = await bundle({ format: 'esm' }, folder, place);
  const config = { main, mainFormat: 'module', output: path.join(place, 'program') };
  writeFileSync(path.join(place, 'sea.json'), JSON.stringify(config));
  const { code, output } = await run([await pathOf('node@26'), '--build-sea', 'sea.json'], { cwd: place });
  return code === 0 ? ran(['./program'], place) : [output];
}

async function built(build, program, folder, place) {
  const outfile = `--outfile=${path.join(place, 'program.mjs')}`;
  const { code, output } = await run([...build, path.join(folder, 'program.mjs'), outfile], { cwd: folder });
  if (code !== 0) return [output];
  return withoutPackages(folder, () => ran(program, place));
}

/** Vitest hands packages to Node as they are, so that the addon is found. */
async function vitestErrors(vitest, folder, place) {
  const test = `import { logIn } from './log-in.mjs';
    test('logs in', async () => console.log(await logIn(${JSON.stringify(path.join(place, 'tokens.json'))})));`;
  writeFileSync(path.join(folder, 'vitest.test.mjs'), test);
  const { output } = await run([process.execPath, vitest, 'run', '--globals', 'vitest.test.mjs'], { cwd: folder });
  return expectTold('logged in, saved and renewed, locked by kernel', output);
}

async function ran(program, place, { tokens = 'tokens.json', lock = 'lock file' } = {}) {
  const { output } = await run([...program, tokens], { cwd: place });
  return expectTold(`logged in, saved and renewed, locked by ${lock}`, output);
}

/** Runs a check while the packages are not where they were at the build. */
async function withoutPackages(folder, check) {
  renameSync(folder, `${folder}-away`);
  try {
    return await check();
  } finally {
    renameSync(`${folder}-away`, folder);
  }
}

async function pathOf(version) {
  const { output } = await run(['npx', '--yes', version, '-p', 'process.execPath']);
  return output.trim().split('\n').at(-1);
}
