import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StepFailed } from './steps.mjs';

/** Begins the names that a file of the bundle has for the others, and for nobody else. */
const internal = '$';

/**
 * The layers of what the first entry point loads later: the name of the file, and the modules that programs load it for. The
 * last one has all else, but for what imports packages of others, which have files of their own.
 */
const laterLayers = [
  ['requests', ['dist/server/known-server.js', 'dist/renewal/renewal.js', 'dist/flow/token-request.js']],
  ['keyv', ['dist/storage/keyv-records.js']],
  ['discovery', ['dist/server/discovery/kept-metadata.js']],
  ['later'],
];

/**
 * Bundles entry points. What the first one needs at once is one file, and what it loads later are others. The other entry
 * points take their share of these; what they have in common beside that stands in files of its own.
 *
 * @returns the names of all files that went in
 */
export async function bundleInLayers([main, ...others], options) {
  const { metafile } = await build({ ...options, entryPoints: [main], write: false });
  const later = laterIn(metafile.inputs);
  const layers = layersOf(main, later, metafile.inputs);
  const doors = later.filter((file) => layerOf(file, layers) === undefined);
  for (const layer of layers) assertDistinct(layer);
  for (const layer of layers) Object.assign(layer, await namesOf(layer, layers, options));
  const entryPoints = Object.fromEntries([...others, ...doors].map((source) => [nameOf(source), source]));
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

/** Layers: the name of a file, the modules whose exports it has for all, and all its modules. */
function layersOf(main, later, inputs) {
  const layers = [];
  const add = (name, mains) => {
    const files = ownFiles(mains, inputs).filter((file) => !layerOf(file, layers));
    if (files.length > 0) layers.push({ name, files, taken: new Set() });
  };
  const own = later.filter((file) => !isDoor(file, inputs));
  add(nameOf(main), [main]);
  for (const [name, mains = own] of laterLayers) {
    add(
      name,
      mains.filter((file) => own.includes(file)),
    );
  }
  return layers.map((layer) => ({ ...layer, mains: [main, ...own].filter((file) => layer.files.includes(file)) }));
}

/** Whether a module imports a package of others: that is as large as a layer, and few programs need it. */
function isDoor(file, inputs) {
  return inputs[file].imports.some((each) => each.path.includes('/node_modules/'));
}

function layerOf(file, layers) {
  return layers.find(({ files }) => files.includes(file));
}

/** The files that are imported by `import()`. */
function laterIn(inputs) {
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  const later = imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external);
  return [...new Set(later.map((each) => each.path))];
}

/** Our modules that some need at once, directly or not, with themselves. */
function ownFiles(mains, inputs) {
  const files = new Set(mains);
  for (const file of files) {
    for (const { path: imported, kind, external } of inputs[file].imports) {
      if (!external && kind !== 'dynamic-import') files.add(imported);
    }
  }
  return [...files].filter((file) => file.startsWith('dist/'));
}

/** Ends the build where two modules of a layer export one name: whoever asks for it would get either, or nothing. */
function assertDistinct({ name, files }) {
  const declared = /^export (?:async )?(?:class|const|function\*?|let) (\w+)/gm;
  const names = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(declared)].map(([, each]) => each));
  const twice = names.filter((each, index) => names.indexOf(each) !== index);
  if (twice.length > 0) throw new StepFailed(`Two modules of ${name}.js export ${twice.join(', ')}: rename one.`);
}

/** The names that all modules of a layer export, and those that it has for all. */
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
    const layer = layers.find(({ name }) => name === from);
    return names.replace(/(\w+)(?: as (\w+))?/g, (all, name, here = name) => {
      if (!layer || layer.own.includes(name)) return all;
      layer.taken.add(name);
      return `${internal}${name} as ${here}`;
    });
  });
}

/** Options that bundle a layer into its file, which exports `more`. */
function oneFile(layer, layers, more, options) {
  const contents = [...layer.mains.map((main) => `export * from './${main}';`), more].join('\n');
  const plugins = [shares(layers, layer), ...options.plugins];
  return { ...options, stdin: { contents, resolveDir: '.' }, entryNames: layer.name, plugins };
}

/** An esbuild plugin that leaves to other files what is in them. */
function shares(layers, self) {
  const setup = ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\.?\// }, ({ path: imported, resolveDir, kind }) => {
      const file = path.relative('.', path.resolve(resolveDir, imported));
      const layer = layerOf(file, layers);
      if (kind === 'entry-point' || (layer === self && kind !== 'dynamic-import')) return undefined;
      const name = layer?.name ?? (self && kind === 'dynamic-import' ? nameOf(file) : undefined);
      return name === undefined ? undefined : { path: `./${name}.js`, external: true };
    });
    onResolve({ filter: /^all$/ }, () => ({ path: 'all', namespace: 'all' }));
    onLoad({ filter: /./, namespace: 'all' }, () => ({
      contents: self.files.map((file) => `export * from './${file}';`).join('\n'),
      resolveDir: '.',
    }));
  };
  return { name: 'shares', setup };
}
