/**
 * Packs the packages, and installs the tarballs in an empty folder with exactly the versions that this workspace has:
 * the lock file is written from ours, so that nothing is resolved and nothing fetched.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { manifestOf, packages } from './packages.mjs';
import { findPnpm } from './pnpm.mjs';
import { root } from './steps.mjs';

/** What a program that uses all of this brings itself. */
const beside = ['keyv', '@types/node'];

/** Packs every package as it would be published, and installs all of them in `folder`; resolves to the tarballs' paths. */
export async function packAndInstall(folder) {
  mkdirSync(folder, { recursive: true });
  const pnpm = await findPnpm();
  await pnpm('--recursive', '--filter', './packages/*', 'pack', '--pack-destination', folder);
  const lock = readFileSync(path.join(root, 'pnpm-lock.yaml'), 'utf8');
  const known = { ...importer(lock, '.'), ...importer(lock, 'packages/storage-redis') };
  const dependencies = {
    ...Object.fromEntries(packages.map((name) => [`@latchkey/${name}`, fromTarball(name)])),
    ...Object.fromEntries(beside.map((name) => [name, known[name]])),
  };
  const specifiers = Object.entries(dependencies).map(([name, { specifier }]) => [name, specifier]);
  const manifest = { private: true, type: 'module', dependencies: Object.fromEntries(specifiers) };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(folder, 'pnpm-lock.yaml'), lockFile(lock, dependencies, folder));
  const store = JSON.parse(readFileSync(path.join(root, 'node_modules/.modules.yaml'), 'utf8')).storeDir;
  const quick = [
    '--ignore-workspace',
    '--frozen-lockfile',
    '--offline',
    '--ignore-scripts',
    '--store-dir',
    path.dirname(store),
  ];
  await pnpm('--dir', folder, 'install', ...quick);
  return Object.fromEntries(packages.map((name) => [name, path.join(folder, tarballOf(name))]));
}

/** Writes our lock file anew, with the tarballs in place of the projects of the workspace. */
function lockFile(lock, dependencies, folder) {
  const parts = /^([^]*?\n)importers:\n[^]*?\npackages:\n([^]*?\n)snapshots:\n([^]*)$/;
  const [, head, resolutions, snapshots] = parts.exec(lock);
  const entries = (linesOf) =>
    packages.flatMap((name) => [`  '@latchkey/${name}@${fromTarball(name).version}':`, ...linesOf(name)]);
  return [
    `${head}importers:\n  .:\n    dependencies:`,
    ...Object.entries(dependencies).map(
      ([name, { specifier, version }]) =>
        `      '${name}':\n        specifier: ${specifier}\n        version: ${version}`,
    ),
    'packages:',
    ...entries((name) => [
      `    resolution: {integrity: ${integrity(path.join(folder, tarballOf(name)))}, tarball: file:${tarballOf(name)}}`,
      `    version: ${manifestOf(name).version}`,
    ]),
    `${resolutions}snapshots:`,
    ...entries((name) => [
      '    dependencies:',
      ...Object.entries(linked(lock, name, dependencies)).map(([key, version]) => `      '${key}': ${version}`),
    ]),
    snapshots,
  ].join('\n');
}

/** What stands beside an installed package: its dependencies, and its peers. */
function linked(lock, name, dependencies) {
  const own = importer(lock, `packages/${name}`);
  const { peerDependencies = {}, dependencies: needed = {} } = manifestOf(name);
  return Object.fromEntries([
    ...Object.keys(peerDependencies).map((peer) => [peer, dependencies[peer].version]),
    ...Object.keys(needed).map((key) => [key, own[key].version]),
  ]);
}

/** Reads what a lock file says of one project of the workspace: specifier and version of each dependency. */
function importer(lock, project) {
  const [, section] = new RegExp(`\\n  ${project.replace('.', '\\.')}:\\n((?:    .*\\n|\\n)*)`).exec(lock);
  const entries = section.matchAll(/^ {6}'?([^'\s]+?)'?:\n {8}specifier: (.*)\n {8}version: (.*)$/gm);
  return Object.fromEntries([...entries].map(([, name, specifier, version]) => [name, { specifier, version }]));
}

function fromTarball(name) {
  return { specifier: `file:${tarballOf(name)}`, version: `file:${tarballOf(name)}` };
}

function tarballOf(name) {
  return `latchkey-${name}-${manifestOf(name).version}.tgz`;
}

function integrity(file) {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}
