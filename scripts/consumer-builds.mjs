/**
 * Builds a program that logs in, saves and renews in the ways in which programs are shipped, and runs it far from its
 * packages. Each way is a row of docs/bundling.md; those that need more software are in other-builds.mjs.
 */
import { build } from 'esbuild';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { run } from './steps.mjs';

const addon = `fs-native-extensions-${process.platform}-${process.arch}.node`;
const ways = [
  { name: 'esbuild, ESM', format: 'esm', lock: 'lock file' },
  { name: 'esbuild, CommonJS, minified', format: 'cjs', minify: true, lock: 'lock file' },
  { name: 'esbuild, ESM, several files', format: 'esm', splitting: true, lock: 'lock file' },
  { name: 'esbuild, ESM, the addon beside it', format: 'esm', copied: [addon], lock: 'kernel' },
];

/** Returns what is wrong, a line for each error. @param folder - where the tarballs are installed */
export async function buildErrors(folder) {
  const errors = [];
  for (const way of ways) {
    const found = await inPlace(async (place) => {
      const program = await bundle(way, folder, place);
      return expectTold(`logged in, saved and renewed, locked by ${way.lock}`, await start(program, place));
    });
    errors.push(...found.map((line) => `${way.name}: ${line}`));
  }
  const checks = [
    whereFlowsAreNotUsed,
    whereTheAddonBreaks,
    whereHomeIsReadOnly,
    whereRightsAreGiven,
    whereAnErrorIsUncaught,
  ];
  for (const check of checks) {
    errors.push(...(await inPlace((place) => check(folder, place))).map((line) => `${check.name}: ${line}`));
  }
  return errors;
}

/** A program of several files has the flows and storages that it names, and no others. */
async function whereFlowsAreNotUsed(folder, place) {
  await bundle({ format: 'esm', splitting: true }, folder, place);
  const texts = readdirSync(place).map((file) => readFileSync(path.join(place, file), 'utf8'));
  const classes = /^var (\w+(?:Flow|FlowSimple|TokenStorage)) = class\b/gm;
  const all = texts.flatMap((text) => [...text.matchAll(classes)].map(([, name]) => name)).sort();
  const flows = ['AuthFlow', 'DeviceCodeFlow', 'DeviceCodeFlowSimple', 'StoredAuthFlow'];
  const used = [...flows, 'FileTokenStorage', 'MemoryTokenStorage'].sort();
  return all.join() === used.join() ? [] : [`there is ${all.join()}, for ${used.join()}`];
}

/** Alpine and other systems for which the addon is not made: all that differs is that its file cannot be loaded. */
async function whereTheAddonBreaks(folder, place) {
  const program = await bundle({ format: 'esm', copied: [addon] }, folder, place);
  await start(program, place, { tokens: 'of-the-kernel.json' });
  writeFileSync(path.join(place, addon), 'made for another system');
  const refused =
    /failed after 0 prompts: LOCK_UNAVAILABLE: .*such as Alpine \(musl\).*Use locking: 'lockfile' for all processes/;
  return [
    ...expectTold('saved and renewed, locked by lock file', await start(program, place)),
    ...expectTold(refused, await start(program, place, { tokens: 'asked.json', locking: 'kernel' })),
    ...expectTold(refused, await start(program, place, { tokens: 'of-the-kernel.json' })),
  ];
}

/** A container whose home folder nobody may write: said before the login, and mended by another path. */
async function whereHomeIsReadOnly(folder, place) {
  const program = await bundle({ format: 'esm' }, folder, place);
  const [home, volume] = ['home', 'volume'].map((name) => path.join(place, name));
  for (const each of [home, volume]) mkdirSync(each);
  for (const each of [place, volume]) chmodSync(each, 0o777);
  chmodSync(home, 0o555);
  const as = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}; // root may write everywhere
  const refused = /failed after 0 prompts: STORAGE_UNAVAILABLE: .*home.\.config: .* store the tokens elsewhere/s;
  return [
    ...expectTold(refused, await start(program, place, { tokens: 'home/.config/app/tokens.json', home, as })),
    ...expectTold('saved and renewed', await start(program, place, { tokens: 'volume/tokens.json', home, as })),
  ];
}

/** Node's permissions: a program of one file needs its file, and the folder of its tokens. */
async function whereRightsAreGiven(folder, place) {
  const program = await bundle({ format: 'esm' }, folder, place);
  const flags = process.allowedNodeEnvironmentFlags;
  const rights = [
    flags.has('--permission') ? '--permission' : '--experimental-permission',
    ...(flags.has('--allow-net') ? ['--allow-net'] : []),
    `--allow-fs-read=${place}/*`,
  ];
  const kept = [...rights, `--allow-fs-write=${place}/*`];
  const refused = /failed after 0 prompts: STORAGE_UNAVAILABLE: .*--allow-fs-write/;
  return [
    ...expectTold('saved and renewed, locked by lock file', await start(program, place, { flags: kept })),
    ...expectTold(refused, await start(program, place, { flags: rights, tokens: 'other.json' })),
  ];
}

/** Names and lines stand in a stack trace as it is; with Node's flag they are ours, through a bundler's map too. */
async function whereAnErrorIsUncaught(folder, place) {
  const ours = /at checkOptions \(.*@latchkey[/\\]core[/\\]src[/\\]flow[/\\]check-options\.ts:\d+:\d+\)/;
  const installed = path.join(folder, 'uncaught.mjs');
  const mapped = await bundle({ entry: 'uncaught.mjs', format: 'esm', minify: true, sourcemap: true }, folder, place);
  const [plain, ...traced] = await Promise.all(
    [[installed], ['--enable-source-maps', installed], ['--enable-source-maps', mapped]].map((args) =>
      run([process.execPath, ...args], { cwd: place }),
    ),
  );
  const longest = Math.max(...plain.output.split('\n').map((line) => line.length - folder.length));
  return [
    ...expectTold(/at checkOptions \(.*bundle\/index\.js:\d+:\d+\)/, plain.output),
    ...(longest < 300 ? [] : [`a line of ${longest} characters: ${plain.output}`]),
    ...traced.flatMap(({ output }) => expectTold(ours, output)),
  ];
}

/** Puts a program into one file of `place`, or several if asked for, with the files of storage-file beside it that are `copied`; returns its path. */
export async function bundle(way, folder, place) {
  const { entry = 'program.mjs', format, copied = [], minify = false, sourcemap = false, splitting = false } = way;
  const outfile = path.join(place, format === 'cjs' ? 'program.cjs' : 'program.mjs');
  await build({
    entryPoints: [path.join(folder, entry)],
    outdir: place,
    entryNames: 'program',
    outExtension: { '.js': path.extname(outfile) },
    format,
    minify,
    sourcemap,
    splitting,
    bundle: true,
    platform: 'node',
    logLevel: 'silent', // it says that import.meta is empty in CommonJS, which is known
  });
  const beside = path.join(folder, 'node_modules/@latchkey/storage-file/bundle');
  for (const name of copied) copyFileSync(path.join(beside, name), path.join(place, name));
  return outfile;
}

/** Runs a check in an empty folder. */
export async function inPlace(check) {
  const place = mkdtempSync(path.join(tmpdir(), 'latchkey-build-'));
  try {
    return await check(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Returns what a program said instead, if it did. @param expected - a part of it, or an expression for one */
export function expectTold(expected, told) {
  const isSo = typeof expected === 'string' ? told.includes(expected) : expected.test(told);
  return isSo ? [] : [`expected ${expected}, and it told: ${told}`];
}

async function start(program, place, { tokens = 'tokens.json', locking = 'auto', home, as = {}, flags = [] } = {}) {
  const { output } = await run([process.execPath, ...flags, program, path.join(place, tokens), locking], {
    cwd: place,
    env: { HOME: home ?? path.join(place, 'nobody') },
    ...as,
  });
  return output;
}
