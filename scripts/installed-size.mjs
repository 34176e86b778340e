/** What an installation costs: packages and their bytes on disk. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Counts the packages that some installed ones need at run time, themselves included. */
export function installedSize(folder, names) {
  const found = new Map();
  const visit = (name, from, needed) => {
    const place = createRequire(from)
      .resolve.paths(name)
      .map((parent) => path.join(parent, name))
      .find(isFolder);
    if (place === undefined && !needed) return;
    const real = realpathSync(place);
    if (found.has(real)) return;
    found.set(real, { name, bytes: bytesIn(real) });
    const manifest = path.join(real, 'package.json');
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const dependency of Object.keys(dependencies))
      visit(dependency, manifest, !(dependency in optionalDependencies));
    for (const dependency of Object.keys(optionalDependencies)) visit(dependency, manifest, false);
  };
  for (const name of names) visit(name, path.join(folder, 'package.json'), true);
  const each = [...found.values()].sort((a, b) => b.bytes - a.bytes);
  const megabytes = (bytes) => bytes / 2 ** 20;
  return {
    packages: each.length,
    megabytes: megabytes(each.reduce((sum, { bytes }) => sum + bytes, 0)),
    each: each.map(({ name, bytes }) => `${megabytes(bytes).toFixed(2)} MiB ${name}`),
  };
}

function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}

function isFolder(place) {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
