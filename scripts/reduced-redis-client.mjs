/**
 * Makes of `@redis/client`, which `@keyv/redis` brings, two files with what storage-redis uses of it, each loaded when it
 * is asked for. Its modules are taken as they are, save that the list of all commands is left out, which is most of the
 * time that it takes to load, with what storage-redis has no option for and with all comments, and that some built-in modules
 * are loaded when they are first used.
 */
import { build, transform } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { StepFailed } from './steps.mjs';

/** The module that asks for a part, the file that the part becomes, and what it is made of. */
const parts = [
  { importer: 'client-link.js', file: 'redis-client', name: 'createClient', module: 'lib/client/index.js' },
  { importer: 'cluster-link.js', file: 'redis-cluster', name: 'createCluster', module: 'lib/cluster/index.js' },
];

/** The commands that the modules call, by what they call them. Those that storage-redis sends itself need none of these. */
const commands = {
  AUTH: 'AUTH',
  CLIENT_SETNAME: 'CLIENT_SETNAME',
  clusterSlots: 'CLUSTER_SLOTS',
  READONLY: 'READONLY',
};

/** What the list of all commands exports, each as the commands above: the second is what a cluster asks for. */
const lists = ['default', 'NON_STICKY_COMMANDS'];

/** Commands that only iterators call, which storage-redis does not use. */
const ofIterators = ['scan', 'hScan', 'hScanNoValues', 'sScan', 'zScan'];

/** Modules with what nobody can turn on here: metrics, pools, a cache in the client, the interface of version 3. */
const leftOut = ['opentelemetry/metrics', 'client/pool', 'client/cache', 'client/legacy-mode', 'authx/token-manager'];

/** What follows the maintenance of Redis Enterprise over RESP 3, for which there is no option; and what stands for it. */
const maintenance = 'client/enterprise-maintenance-manager';
const noMaintenance = `exports.__esModule = true;
exports.default = {
  setupDefaultMaintOptions: (options) => void (options.maintNotifications = 'disabled'),
  getHandshakeCommand: async () => undefined,
};
exports.dbgMaintenance = () => undefined;
exports.SMIGRATED_EVENT = '';`;

/** Built-in modules that are often not needed, and of which functions alone are used. */
const loadedLate = ['tls', 'dns/promises', 'perf_hooks'];

/** Bundles the parts. Resolves to the names of all files that went in. */
export async function bundleRedisClient(options) {
  const fromKeyv = createRequire(createRequire(path.resolve('package.json')).resolve('@keyv/redis'));
  const folder = path.dirname(fromKeyv.resolve('@redis/client'));
  const { metafile } = await build({
    ...options,
    entryPoints: Object.fromEntries(parts.map(({ file }) => [file, `redis-part:${file}`])),
    splitting: true,
    chunkNames: 'redis-shared-[hash]',
    mainFields: ['main'],
    // Loaded only where somebody turns on what storage-redis has no option for.
    external: ['@opentelemetry/api', '@node-rs/xxhash'],
    // Of code that is not ours, and as long as the code.
    sourcemap: false,
    plugins: [reduced(folder)],
  });
  const all = Object.keys(fromKeyv(path.join(folder, 'lib/commands')).default);
  for (const file of Object.keys(metafile.outputs)) assertComplete(readFileSync(file, 'utf8'), all);
  return Object.keys(metafile.inputs);
}

/**
 * Ends the build where code asks the list of commands, or a client, for what was cut away: it would fail when somebody
 * comes there.
 *
 * @param all - the names of all commands
 */
function assertComplete(code, all) {
  const found = (expression) => [...code.matchAll(expression)].map(([, name]) => name);
  const known = Object.keys(commands);
  const lacking = [
    ...found(/\bcommands_\d+\.(\w+)/g).filter((name) => !lists.includes(name)),
    ...found(/\bcommands_\d+\.\w+\.(\w+)/g).filter((name) => !known.includes(name)),
    ...found(/\b(?:client\d*|this|_self|super)\??\.(\w+)\(/g).filter(
      (name) => all.includes(name) && !known.includes(name) && !ofIterators.includes(name),
    ),
  ];
  if (lacking.length > 0)
    throw new StepFailed(`The reduced client of Redis asks for what it lacks: ${lacking.join(', ')}`);
}

/** An esbuild plugin that leaves `@keyv/redis` to the files of its parts. */
export const redisClientElsewhere = {
  name: 'redis-client-elsewhere',
  setup({ onResolve }) {
    onResolve({ filter: /^@keyv\/redis$/ }, ({ importer }) => {
      const { file } = parts.find((part) => part.importer === path.basename(importer));
      return { path: `./${file}.js`, external: true };
    });
  },
};

function reduced(folder) {
  const virtual = (namespace, contentsOf) => (onLoad) =>
    onLoad({ filter: /.*/, namespace }, ({ path: name }) => ({ contents: contentsOf(name), resolveDir: folder }));
  const loads = [
    virtual('redis-part', (file) => {
      const { name, module } = parts.find((part) => part.file === file);
      return `import client from './${module}'; export const ${name} = client.create;`;
    }),
    virtual('redis-commands', () => {
      const each = Object.entries(commands).map(
        ([name, module]) => `${name}: require('./lib/commands/${module}').default`,
      );
      const exported = lists.map((name) => `exports.${name} = `).join('');
      return `exports.__esModule = true; ${exported}{ ${each.join(', ')} };`;
    }),
    virtual('redis-left-out', (name) => {
      const told = JSON.stringify(`${name} of @redis/client is not part of @latchkey/storage-redis.`);
      const get = `(_, key) => { if (key === '__esModule') return true; throw new TypeError(${told}); }`;
      return `module.exports = new Proxy({}, { get: ${get} });`;
    }),
    virtual('redis-maintenance', () => noMaintenance),
    virtual('redis-builtin', (name) => {
      const module = `process.getBuiltinModule('${name}')`;
      if (!loadedLate.includes(name.replace('node:', ''))) return `module.exports = ${module};`;
      return `module.exports = new Proxy({}, { get: (_, key) => (key === '__esModule' ? undefined : ${module}[key]) });`;
    }),
  ];
  return {
    name: 'reduced-redis-client',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^redis-part:/ }, ({ path: name }) => ({
        path: name.slice('redis-part:'.length),
        namespace: 'redis-part',
      }));
      onResolve({ filter: /.*/ }, ({ path: name, importer, resolveDir }) => {
        if (isBuiltin(name)) return { path: name, namespace: 'redis-builtin' };
        const module = path.relative(path.join(folder, 'lib'), path.join(resolveDir, name));
        if (leftOut.includes(module)) return { path: module, namespace: 'redis-left-out' };
        if (module === maintenance) return { path: module, namespace: 'redis-maintenance' };
        const isList = /(^|\/)commands$/.test(name) && importer.startsWith(folder);
        return isList ? { path: name, namespace: 'redis-commands' } : undefined;
      });
      for (const load of loads) load(onLoad);
      // Comments stand between the lines, which the bundle has again.
      onLoad({ filter: /\.js$/ }, async ({ path: file }) => ({
        contents: (await transform(readFileSync(file, 'utf8'), { minifyWhitespace: true })).code,
      }));
    },
  };
}
