/** Reads the tarballs: their manifests, their files, and what publint and are-the-types-wrong say of them. */
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packages } from './packages.mjs';

/**
 * Accepted, since the packages are ES modules only and each Node of `engines` loads those by require() too: that they are no
 * CommonJS; and that `moduleResolution: node10`, which knows no `exports`, finds types of the other entry points
 * (`typesVersions`) and no code, which is Node's to find.
 */
const accepted = ({ kind, resolutionKind }) => kind === 'CJSResolvesToESM' || resolutionKind === 'node10';

/** What each manifest has to say, whatever the package. */
const fields = {
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '^20.19.0 || >=22.12.0' },
  publishConfig: { access: 'public', provenance: true },
};

/** Writes the list of the files of each tarball; files that differ in their last extensions or a hash only share a line. */
export function fileLists(tarballs) {
  return packages.map((name) => {
    const groups = new Map();
    const names = [...contents(tarballs[name]).keys()].map((file) => file.replace(/(?<=shared-)\w+/, '*'));
    for (const file of [...new Set(names)].sort()) {
      const [, stem, extension] = /^(.*?)((?:\.d)?\.[cm]?[jt]s(?:\.map)?)?$/.exec(file);
      groups.set(stem, [...(groups.get(stem) ?? []), ...(extension === undefined ? [] : [extension.slice(1)])]);
    }
    const lines = [...groups].map(([stem, extensions]) => {
      if (extensions.length === 0) return stem;
      return extensions.length === 1 ? `${stem}.${extensions[0]}` : `${stem}.{${extensions.join(',')}}`;
    });
    return { path: `docs/surface/${name}.files.txt`, text: `${lines.join('\n')}\n` };
  });
}

/** Returns what is wrong with a tarball, a line for each error. */
export async function tarballErrors(name, tarball) {
  const data = readFileSync(tarball);
  const copy = new Uint8Array(data);
  const files = contents(tarball);
  const manifest = JSON.parse(files.get('package.json'));
  const { messages } = await publint({ pkgDir: 'package', pack: { tarball: copy.buffer }, strict: true });
  const { problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, manifest)}`),
    ...problems.filter((problem) => !accepted(problem)).map((problem) => `types: ${JSON.stringify(problem)}`),
    ...manifestErrors(manifest),
    ...['README.md', 'LICENSE'].filter((file) => !files.has(file)).map((file) => `${file} is missing`),
  ].map((line) => `@latchkey/${name}: ${line}`);
}

function manifestErrors(manifest) {
  const wrong = Object.entries(fields).filter(
    ([key, value]) => JSON.stringify(manifest[key]) !== JSON.stringify(value),
  );
  const runtime = { ...manifest.dependencies, ...manifest.peerDependencies };
  const core = manifest.name === '@latchkey/core' ? undefined : `^${manifest.version}`;
  return [
    ...wrong.map(([key, value]) => `${key} is ${JSON.stringify(manifest[key])}, not ${JSON.stringify(value)}`),
    ...['description', 'keywords'].filter((key) => !manifest[key]?.length).map((key) => `${key} is missing`),
    ...Object.entries(runtime)
      .filter(([, range]) => range.includes(':'))
      .map(([key, range]) => `${key} is ${range}, which nobody else can install`),
    ...(manifest.peerDependencies?.['@latchkey/core'] === core ? [] : [`its peer @latchkey/core is not ${core}`]),
    ...Object.keys(manifest.exports)
      .filter((entry) => entry.startsWith('./') && entry !== './package.json')
      .filter((entry) => !manifest.typesVersions?.['*'][entry.slice(2)])
      .map((entry) => `typesVersions has no ${entry}, which node10 needs`),
    ...('@latchkey/core' in (manifest.dependencies ?? {}) ? ['core is a dependency: a program would get two'] : []),
  ];
}

/** The text of each file in a tarball, by its path below package/. */
function contents(tarball) {
  const unpacked = createPackageFromTarballData(new Uint8Array(readFileSync(tarball)));
  const start = `/node_modules/${unpacked.packageName}/`;
  return new Map(unpacked.listFiles().map((file) => [file.slice(start.length), unpacked.tryReadFile(file)]));
}
