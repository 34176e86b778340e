/**
 * Programs of a release of Debian, beside those of the system, which stays as it is: apt reads lists of its own, and each
 * program runs by its own loader and libraries.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run, StepFailed } from './steps.mjs';

/** What programs need to be built with or to be read about, and not to run. */
const notNeeded = /^(rustc|binutils|gcc|clang|perl|git-man|liberror-perl|debconf|dpkg|tar|media-types|tzdata)/;

/**
 * Downloads and unpacks packages of a release with all that they need, unless the folder has them, and returns a function that
 * makes a command of one of their files.
 */
export async function debian(release, packages, folder) {
  const place = path.join(folder, release);
  const found = path.join(place, 'complete');
  const command = (program, name = path.basename(program)) => wrapped(place, program, name);
  if (existsSync(found)) return command;
  for (const each of ['lists/partial', 'cache/archives/partial', 'packages', 'root', 'bin'])
    mkdirSync(path.join(place, each), { recursive: true });
  const list = path.join(place, 'sources.list');
  writeFileSync(list, `deb ${await mirror(packages.join(', '))} ${release} main\n`);
  const set = (name, value) => ['-o', `${name}=${value}`];
  const options = [
    ...set('Dir::Etc::sourcelist', list),
    ...set('Dir::Etc::sourceparts', '/dev/null'),
    ...set('Dir::State::lists', path.join(place, 'lists')),
    ...set('Dir::State::status', '/dev/null'),
    ...set('Dir::Cache', path.join(place, 'cache')),
    ...set('APT::Sandbox::User', 'root'),
  ];
  const apt = (program, ...args) =>
    output([program, '-qq', ...options, ...args], { cwd: path.join(place, 'packages') });
  await apt('apt-get', 'update');
  await apt('apt-get', 'download', ...(await withDependencies(packages, apt)));
  for (const file of readdirSync(path.join(place, 'packages')))
    await output(['dpkg', '-x', file, path.join(place, 'root')], { cwd: path.join(place, 'packages') });
  writeFileSync(found, '');
  return command;
}

/** From where the system gets its own packages. */
async function mirror(what) {
  const format = '$(REPO_URI) $(LABEL)';
  const { code, output } = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']).catch(
    () => ({ code: 1, output: '' }),
  );
  const found = output.split('\n').find((line) => / Debian( |$)/.test(line));
  if (code !== 0 || found === undefined)
    throw new StepFailed(`${what} comes from Debian by apt, so run this on Debian 12 or later.`);
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  return `${existsSync(keys) ? `[signed-by=${keys}] ` : ''}${found.split(' ')[0]}`;
}

async function withDependencies(packages, apt) {
  const all = new Set();
  const kinds = ['Recommends', 'Suggests', 'Conflicts', 'Breaks', 'Replaces', 'Enhances'];
  for (let next = packages; next.length > 0;) {
    for (const name of next) all.add(name);
    const text = await apt('apt-cache', 'depends', ...kinds.map((kind) => `--no-${kind.toLowerCase()}`), ...next);
    const named = [...text.matchAll(/^ {2}(?:Pre)?Depends: ([^<\s]+)$/gm)].map(([, name]) => name);
    next = [...new Set(named)].filter((name) => !all.has(name) && !notNeeded.test(name));
  }
  return [...all];
}

/** Writes a file that runs a program by the loader of its own release, and returns its path. */
function wrapped(place, program, name) {
  const libraries = ['usr/lib', 'lib'].map((each) => path.join(place, 'root', each));
  const folders = libraries.filter(existsSync).flatMap((each) => [
    ...readdirSync(each)
      .filter((name) => /-linux-gnu/.test(name))
      .map((name) => path.join(each, name)),
  ]);
  const loaders = folders.flatMap((each) =>
    readdirSync(each)
      .filter((name) => /^ld-linux.*\.so\.\d$/.test(name))
      .map((name) => path.join(each, name)),
  );
  const words = [loaders[0], '--library-path', folders.join(':'), path.join(place, 'root', program)];
  return executable(path.join(place, 'bin', name), `exec ${words.map((word) => `'${word}'`).join(' ')} "$@"`);
}

/** Writes a program of the shell. */
export function executable(file, command) {
  writeFileSync(file, `#!/bin/sh\n${command}\n`);
  chmodSync(file, 0o755);
  return file;
}

async function output(command, options) {
  const { code, output } = await run(command, options);
  if (code !== 0) throw new StepFailed(`${command[0]} ${command.slice(-3).join(' ')} failed:\n${output}`);
  return output;
}
