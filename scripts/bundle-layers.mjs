import { build } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Begins the names that a file of the bundle has for the others, and for nobody else. */
const internal = '$';

/**
 * Bundles entry points. What the first one needs at once is one file, and so is what each part that it loads later needs
 * beside that. The other entry points take their share of these files; what they have in common beside that stands in
 * files of its own.
 *
 * @returns the names of all files that went in
 */
export async function bundleInLayers([main, ...others], options) {
  const { metafile } = await build({ ...options, entryPoints: [main], write: false });
  const later = laterIn(metafile.inputs);
  const layers = layersOf([main, ...later], metafile.inputs);
  for (const layer of layers) Object.assign(layer, await namesOf(layer, layers, options));
  const rest = [...others, ...later.filter((file) => layers.every((layer) => layer.main !== file))];
  const entryPoints = Object.fromEntries(rest.map((source) => [nameOf(source), source]));
  const split = { ...options, entryPoints, splitting: true, chunkNames: 'shared-[hash]' };
  const bundled = await write({ ...split, plugins: [shares(layers), ...options.plugins] }, layers);
  // The last layer first, so that each knows what is taken of it.
  for (const layer of layers.toReversed()) {
    const names = [...layer.taken].sort().map((name) => `${name} as ${internal}${name}`);
    await write(oneFile(layer, layers, `export { ${names.join(', ')} } from 'all';`, options), layers);
  }
  return [...Object.keys(metafile.inputs), ...Object.keys(bundled.metafile.inputs)];
}

/** What a source is called in the bundle: the index of a folder like the folder. */
function nameOf(source) {
  return path.basename(source.replace(/(?<!dist)\/index\.js$/, ''), '.js');
}

/** The sources of each file that has a layer of its own, which a door to a package of others does not need. */
function layersOf(mains, inputs) {
  const known = new Set();
  const layers = mains.map((main) => {
    const files = ownFiles(main, inputs).filter((file) => !known.has(file));
    if (main === mains[0] || files.length > 1) for (const file of files) known.add(file);
    return { main, files, taken: new Set() };
  });
  return layers.filter(({ main }) => known.has(main));
}

/** The files that are imported by `import()`. */
function laterIn(inputs) {
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  const later = imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external);
  return [...new Set(later.map((each) => each.path))];
}

/** Our files that `main` imports at once, directly or not, with itself. */
function ownFiles(main, inputs) {
  const files = new Set([main]);
  for (const file of files) {
    for (const { path: imported, kind, external } of inputs[file].imports) {
      if (!external && kind !== 'dynamic-import') files.add(imported);
    }
  }
  return [...files].filter((file) => file.startsWith('dist/'));
}

/** The names that all files of a layer export, and those that its main file exports. */
async function namesOf(layer, layers, options) {
  const exportsOf = async (contents) => {
    const { outputs } = (await build({ ...oneFile(layer, layers, contents, options), write: false })).metafile;
    return Object.values(outputs).flatMap(({ exports }) => exports);
  };
  return { all: await exportsOf(`export * from 'all';`), own: await exportsOf('') };
}

/** Writes a bundle, and notes what its files take of which layer. */
async function write(options, layers) {
  const result = await build({ ...options, write: false });
  for (const { path: file, text } of result.outputFiles) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, file.endsWith('.js') ? taking(text, layers) : text);
  }
  return result;
}

/** Gives what is imported of a layer the name that it has there. Lines stay, so that the source map still fits. */
function taking(text, layers) {
  return text.replace(/(?<=^(?:im|ex)port \{)([^}]*)(?=\} from "\.\/([\w-]+)\.js";$)/gm, (names, _, from) => {
    const layer = layers.find(({ main }) => nameOf(main) === from);
    return names.replace(/(\w+)(?: as (\w+))?/g, (all, name, here = name) => {
      if (!layer || layer.own.includes(name)) return all;
      layer.taken.add(name);
      return `${internal}${name} as ${here}`;
    });
  });
}

/** Options that bundle the files of a layer into one, which exports what its main file does, and more. */
function oneFile(layer, layers, more, options) {
  const contents = `export * from './${layer.main}'; ${more}`;
  const plugins = [shares(layers, layer), ...options.plugins];
  return { ...options, stdin: { contents, resolveDir: '.' }, entryNames: nameOf(layer.main), plugins };
}

/** An esbuild plugin that leaves to other files what is in them. */
function shares(layers, self) {
  const setup = ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\.?\// }, ({ path: imported, resolveDir, kind }) => {
      const file = path.relative('.', path.resolve(resolveDir, imported));
      if (kind === 'dynamic-import') return { path: `./${nameOf(file)}.js`, external: true };
      const layer = kind !== 'entry-point' && layers.find(({ files }) => files.includes(file));
      return layer && layer !== self ? { path: `./${nameOf(layer.main)}.js`, external: true } : undefined;
    });
    onResolve({ filter: /^all$/ }, () => ({ path: 'all', namespace: 'all' }));
    onLoad({ filter: /./, namespace: 'all' }, () => ({
      contents: self.files.map((file) => `export * from './${file}';`).join('\n'),
      resolveDir: '.',
    }));
  };
  return { name: 'shares', setup };
}
