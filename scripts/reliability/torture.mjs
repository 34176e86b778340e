/**
 * Kills and freezes real processes at each point of a renewal, by the torture kit over each storage, and writes the first
 * part of docs/reliability.md: `node scripts/reliability/torture.mjs [--hits 30] [--only SQLite]`. With `--only`, tables
 * whose titles hold none of these words stay as they are.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startRedis } from '../redis.mjs';
import { setUp } from '../set-up.mjs';
import { run, script, StepFailed } from '../steps.mjs';
import { readSections, writePart } from './reliability-page.mjs';

const isPublished = process.env.LATCHKEY_CONDITION === 'published';
const kit = `packages/core/${isPublished ? 'bundle' : 'dist/testing/torture'}/main.js`;
const fileStorage = 'packages/storage-file/test/children/torture-storage.mjs';
const databaseStorage = 'examples/dist/database/torture-storage.js';
const keychainStorage = 'examples/dist/keychain/torture-storage.js';
const redisStorage = 'packages/storage-redis/test/children/torture-storage.mjs';
// Node 20 has no SQLite of its own.
const nodeWithSqlite = process.getBuiltinModule('node:sqlite') ? [process.execPath] : ['npx', '--yes', 'node@22'];
// A lease of 1 s is waited for, where a kernel's lock would be free at once.
const patience = ['--lock-timeout', '4'];

const benches = [
  { title: 'Files, lock of the kernel, strict rotation', storage: fileStorage, locking: 'kernel', profile: 'strict' },
  {
    title: 'Files, lock of the kernel, rotation with grace',
    storage: fileStorage,
    locking: 'kernel',
    profile: 'grace',
  },
  { title: 'Files, lock file, strict rotation', storage: fileStorage, locking: 'lockfile', profile: 'strict' },
  { title: 'Files, lock file, rotation with grace', storage: fileStorage, locking: 'lockfile', profile: 'grace' },
  { title: 'Redis, strict rotation', storage: redisStorage, profile: 'strict', options: patience },
  { title: 'Redis, rotation with grace', storage: redisStorage, profile: 'grace', options: patience },
  ...['SQLite', 'PostgreSQL'].flatMap((database) => [
    {
      title: `${database}, strict rotation`,
      storage: databaseStorage,
      database,
      profile: 'strict',
      options: patience,
    },
    {
      title: `${database}, rotation with grace`,
      storage: databaseStorage,
      database,
      profile: 'grace',
      options: patience,
    },
  ]),
  ...['strict rotation', 'rotation with grace'].map((rotation) => ({
    title: `A file whose key is in the keychain, ${rotation}`,
    storage: keychainStorage,
    keychain: true,
    profile: rotation.startsWith('strict') ? 'strict' : 'grace',
  })),
  {
    title: 'The guard removed: files without a lock, strict rotation',
    storage: fileStorage,
    locking: 'kernel',
    profile: 'strict',
    options: ['--no-lock'],
    harm: 'expected',
  },
];

const introduction = `# Reliability

What happens to a login while its processes are killed and frozen. Each table below is one run of the torture kit of
\`@latchkey/core/testing\`: real processes renew one login at once over a real storage, against a server that rotates
refresh tokens and notices reuse, and at each named point of [the refresh transaction](refresh.md) one of them gets a
SIGKILL, or a SIGSTOP and later a SIGCONT. \`node scripts/reliability/torture.mjs\` writes this part anew. Other
faults have [tables of their own](#faults-of-servers-networks-and-storages), and so have
[logins after an outage](#logins-after-an-outage), where _honoured_ and _usable_ are counted.

On this page, each under strict rotation and, but for the last, with grace:

- files under [the kernel's lock](#files-lock-of-the-kernel-strict-rotation) ([grace](#files-lock-of-the-kernel-rotation-with-grace)) and under [a
  lock file](#files-lock-file-strict-rotation) ([grace](#files-lock-file-rotation-with-grace))
- [Redis](#redis-strict-rotation) ([grace](#redis-rotation-with-grace)), [SQLite](#sqlite-strict-rotation)
  ([grace](#sqlite-rotation-with-grace)), [PostgreSQL](#postgresql-strict-rotation) ([grace](#postgresql-rotation-with-grace))
- [a file whose key is in the keychain](#a-file-whose-key-is-in-the-keychain-strict-rotation)
  ([grace](#a-file-whose-key-is-in-the-keychain-rotation-with-grace))
- [files without a lock](#the-guard-removed-files-without-a-lock-strict-rotation), which shows that the counts can be other than zero

Then [faults](#faults-of-servers-networks-and-storages), [logins after an outage](#logins-after-an-outage), [system
calls](#system-calls-that-fail) and [tabs](#tabs-that-are-closed-and-frozen).

What is counted, and has to be zero:

- **reuses**: a used refresh token was presented although its successor had been saved, or while its user held the lock
- **lost logins**: the server would have taken the stored refresh token, and the next call could not use it; or the login was
  lost without a fault between the server's rotation and the save
- **double owners**: two processes owned the lock at once
- **torn**: the record could not be read, was gone, or mixed two answers
- **left**: a caller got neither a token nor a typed error

What nobody can prevent is counted apart. A process that dies between the server's rotation and the save takes the only
copy of the new refresh token with it. Under \`strict\` rotation the login is then lost (excused logins) or the old token is
presented once more and refused (excused reuses); under \`grace\` the server accepts it again, and nothing is lost.

On Redis a lock is a lease. A process that is frozen between the server's rotation and its save for longer than its
lease is overtaken: under \`strict\` the next one presents the spent token, and that login is among the excused too. A save
counts once the primary has it, and with \`replicas\` once so many replicas have it. \`WAIT\` by itself makes it
unlikely, not impossible, that a failover loses a save which was acknowledged: replication in Redis is asynchronous. With
\`sentinel\` and \`cluster\`, those who know the primary are asked too.

On SQLite a process that is frozen inside a statement keeps all others out of the database: they get \`STORAGE_UNAVAILABLE\` after
their \`busy_timeout\`.
`;

await script(async () => {
  const { values } = parseArgs({
    options: { hits: { type: 'string', default: '30' }, only: { type: 'string', multiple: true, default: [''] } },
  });
  if (!benches.some(({ title }) => values.only.some((word) => title.includes(word))))
    throw new StepFailed('No table has one of these words in its title.');
  await setUp();
  writePart('kills', await playKills(values.hits, values.only));
});

/** The torture kit, over each storage. */
async function playKills(hits, only) {
  const sections = [introduction];
  const before = readSections();
  for (const bench of benches) {
    if (!only.some((word) => bench.title.includes(word))) {
      sections.push(before.get(bench.title) ?? []);
      continue;
    }
    console.log(`torture: ${bench.title}`);
    const { text, code } = await torture(bench, hits);
    // Without the guard there must be harm, or the kit would not have noticed any: a round that was missed is none.
    if (bench.harm === undefined ? code !== 0 : !isHarmed(text)) process.exitCode = 1;
    console.log(text);
    sections.push(`## ${bench.title}\n\n${text}`);
  }
  return sections.flat().join('\n').trimEnd();
}

/** Whether the table has reuses, lost logins or double owners. */
function isHarmed(text) {
  const [, ...harms] = /^\| total +\| +\| +\d+ \| +(\d+) \| +(\d+) \| +(\d+) \|/m.exec(text) ?? [];
  return harms.some((count) => Number(count) > 0);
}

async function torture({ storage, locking, database, keychain, profile, options = [] }, hits) {
  const { names, remove, env } = keychain ? await keychainPlace() : await placeOf(locking, database);
  try {
    const args = [kit, storage, '--hits', hits, '--profile', profile, ...options, '--', ...names];
    const node = database === 'SQLite' ? nodeWithSqlite : [process.execPath];
    const { code, output } = await run([...node, ...args], { env: { NODE_NO_WARNINGS: '1', ...env } });
    return { code, text: output.slice(Math.max(output.indexOf('Seed '), 0)) };
  } finally {
    await remove();
  }
}

/** Where the tokens are, as the storage's module is told, and how to remove that. */
async function placeOf(locking, database) {
  if (database === 'PostgreSQL') {
    const { PostgresServer } = await import('../../examples/dist/database/postgres-server.js');
    const server = await PostgresServer.start();
    return { names: [server.url()], remove: () => server[Symbol.asyncDispose]() };
  }
  if (locking === undefined && database === undefined) {
    const { url, server } = await startRedis();
    return { names: [url], remove: () => server.kill() };
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-torture-'));
  const names = database ? [`${folder}/tokens.sqlite`] : [`${folder}/tokens.json`, locking];
  return { names, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A folder, and a Secret Service that is nobody's. */
async function keychainPlace() {
  const { SecretService } = await import('../../examples/dist/keychain/secret-service.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-torture-'));
  const service = await SecretService.start({ folder });
  const remove = async () => {
    await service[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return { names: [folder], remove, env: { DBUS_SESSION_BUS_ADDRESS: service.address } };
}
