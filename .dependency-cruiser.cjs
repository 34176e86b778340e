/**
 * Who may import whom. Checked on the sources, type imports included, after a build: packages see each other through
 * their `exports`, that is in dist/.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** The only modules that may import openid-client. */
const doors = ['^packages/core/src/server/openid/'];

const core = '^packages/core/src/';
const storages = '^packages/storage-[^/]+/';

/**
 * The rooms of core, from top to bottom, and what each may import of the others; `docs/architecture.md` has a sentence on
 * each. `renewal` and `fetch` do not know each other.
 */
const rooms = {
  grants: ['flow', 'renewal', 'fetch', 'server', 'options', 'storage', 'tokens', 'crypto', 'platform', 'errors'],
  flow: ['renewal', 'fetch', 'server', 'options', 'storage', 'tokens', 'crypto', 'platform', 'errors'],
  renewal: ['server', 'options', 'storage', 'tokens', 'crypto', 'platform', 'errors'],
  fetch: ['server', 'options', 'crypto', 'platform', 'errors'],
  server: ['options', 'tokens', 'crypto', 'platform', 'errors'],
  options: ['storage', 'tokens', 'crypto', 'platform', 'errors'],
  storage: ['tokens', 'crypto', 'platform', 'errors'],
  tokens: ['crypto', 'platform', 'errors'],
  crypto: ['platform', 'errors'],
  platform: ['errors'],
  errors: [],
  // Guests: nobody imports them.
  node: ['options', 'crypto', 'platform', 'errors'],
  servers: ['grants', 'options'],
  resource: ['fetch', 'server', 'options', 'storage', 'tokens', 'platform', 'errors'],
};

/** One rule a room. */
const roomRules = Object.entries(rooms).map(([room, below]) => ({
  name: `room-${room}`,
  comment: `${room} imports ${below.join(', ') || 'nothing'} and nothing else of core.`,
  severity: 'error',
  from: { path: `${core}${room}/` },
  to: { path: core, pathNot: `${core}(${[room, ...below].join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle hides who depends on whom; move what both need into a leaf module.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...roomRules,
    {
      name: 'nobody-imports-a-guest',
      severity: 'error',
      from: { path: core, pathNot: `${core}(node|resource|servers|testing)/` },
      to: { path: `${core}(node|resource|servers|testing)/` },
    },
    {
      name: 'files-know-no-locks',
      comment: 'In storage-file, lock/ is built on file/.',
      severity: 'error',
      from: { path: '^packages/storage-file/src/file/' },
      to: { path: '^packages/storage-file/src/', pathNot: '^packages/storage-file/src/file/' },
    },
    {
      name: 'locks-know-files',
      severity: 'error',
      from: { path: '^packages/storage-file/src/lock/' },
      to: { path: '^packages/storage-file/src/', pathNot: '^packages/storage-file/src/(lock|file)/' },
    },
    {
      name: 'links-know-options',
      comment: 'In storage-redis, link/ is the way to a server, and knows neither records nor leases.',
      severity: 'error',
      from: { path: '^packages/storage-redis/src/link/' },
      to: {
        path: '^packages/storage-redis/src/',
        pathNot: '^packages/storage-redis/src/(link/|(redis|server)-options\\.ts$)',
      },
    },
    {
      name: 'leases-know-no-records',
      comment: 'In storage-redis, lease/ holds locks over a place, and knows nothing of what is stored under them.',
      severity: 'error',
      from: { path: '^packages/storage-redis/src/lease/' },
      to: { path: '^packages/storage-redis/src/(index|record-(text|lifetime)|redis-token-storage|redis-lock)\\.ts$' },
    },
    {
      name: 'scripts-know-nothing',
      severity: 'error',
      from: { path: '^packages/storage-redis/src/scripts/' },
      to: { path: '^packages/storage-redis/src/', pathNot: '^packages/storage-redis/src/scripts/' },
    },
    {
      name: 'resolvable',
      comment: 'This import leads nowhere: build first, or add the dependency.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'core-knows-no-storage-package',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: ['^packages/storage-', '^@latchkey/storage-'] },
    },
    {
      name: 'storages-do-not-know-each-other',
      severity: 'error',
      from: { path: '^packages/(storage-[^/]+)/' },
      to: { path: '^packages/storage-', pathNot: '^packages/$1/' },
    },
    {
      name: 'storages-import-core-by-name',
      comment: "From a storage package, core is '@latchkey/core' and nothing below it; tests may use its /testing.",
      severity: 'error',
      from: { path: `${storages}src/` },
      to: { path: '^packages/core/', pathNot: '^packages/core/dist/index\\.(js|d\\.ts)$' },
    },
    {
      name: 'storage-tests-import-core-by-name',
      severity: 'error',
      from: { path: `${storages}test/` },
      to: {
        path: '^packages/core/',
        pathNot: '^packages/core/(dist/(testing/)?index\\.(js|d\\.ts)$|test/(burst|copies|fuzz|scenes)/)',
      },
    },
    {
      name: 'one-door-to-openid-client',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: doors },
      to: { path: ['node_modules/openid-client/', '^openid-client'] },
    },
    {
      name: 'nobody-imports-the-barrel',
      severity: 'error',
      from: { path: core },
      to: { path: '^packages/core/src/index\\.ts$' },
    },
    {
      name: 'core-runs-anywhere',
      comment: 'What needs node: modules stands behind @latchkey/core/node.',
      severity: 'error',
      from: { path: core, pathNot: `${core}(testing|node)/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'src-never-imports-testing',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `${core}testing/` },
      to: { path: '^packages/core/(src|dist)/testing/' },
    },
    {
      name: 'keyv-only-in-its-adapter',
      severity: 'error',
      from: { path: core, pathNot: [`${core}storage/keyv-token-storage\\.ts$`, `${core}testing/`] },
      to: { path: ['node_modules/keyv/', '^keyv$'] },
    },
    {
      name: 'keyv-only-as-a-type',
      comment: 'keyv is an optional peer: at run time core must load without it.',
      severity: 'error',
      from: { path: core },
      to: { path: ['node_modules/keyv/', '^keyv$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'examples-import-packages-by-name',
      comment: 'Their tests may use the scenes of core, and its Chromium.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^packages/', pathNot: '^packages/([^/]+/dist|core/test/(chromium|scenes))/' },
    },
    {
      name: 'examples-do-without-tests',
      severity: 'error',
      from: { path: '^examples/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/[^/]+/test/' },
    },
    {
      name: 'packages-never-import-examples',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^examples/' },
    },
    {
      name: 'no-dumping-grounds',
      comment: 'A module is named for the one thing it holds.',
      severity: 'error',
      from: {},
      to: {
        path: '^(packages|examples)/.*/(utils?|helpers?|types|constants|manager|service)(\\.ts|/)',
        pathNot: 'node_modules|/(dist|bundle)/',
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules|/(dist|bundle)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
