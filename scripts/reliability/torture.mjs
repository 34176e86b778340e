/**
 * Kills and freezes real processes at each point of a renewal, by the torture kit over each storage, and writes the first
 * part of docs/reliability.md: `node scripts/reliability/torture.mjs [--hits 30]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startRedis } from '../redis.mjs';
import { setUp } from '../set-up.mjs';
import { run, script } from '../steps.mjs';
import { writePart } from './reliability-page.mjs';

const kit = 'packages/core/dist/testing/torture/main.js';
const fileStorage = 'packages/storage-file/test/children/torture-storage.mjs';
const redisStorage = 'packages/storage-redis/test/children/torture-storage.mjs';
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
counts once the primary has it, and with \`replicas\` once so many replicas have it. \`WAIT\` makes it unlikely, not
impossible, that a failover loses a save which was acknowledged: replication in Redis is asynchronous.
`;

await script(async () => {
  const { values } = parseArgs({ options: { hits: { type: 'string', default: '30' } } });
  await setUp();
  writePart('kills', await playKills(values.hits));
});

/** The torture kit, over each storage. */
async function playKills(hits) {
  const sections = [introduction];
  for (const bench of benches) {
    console.log(`torture: ${bench.title}`);
    const { text, code } = await torture(bench, hits);
    // Without the guard there must be harm, or the kit would not have noticed any.
    if ((code === 0) !== (bench.harm === undefined)) process.exitCode = 1;
    console.log(text);
    sections.push(`## ${bench.title}\n\n${text}`);
  }
  return sections.join('\n').trimEnd();
}

async function torture({ storage, locking, profile, options = [] }, hits) {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-torture-'));
  const redis = locking === undefined ? await startRedis() : undefined;
  try {
    const place = redis ? [redis.url] : [`${folder}/tokens.json`, locking];
    const args = [kit, storage, '--hits', hits, '--profile', profile, ...options, '--', ...place];
    const { code, output } = await run([process.execPath, ...args]);
    return { code, text: output.slice(Math.max(output.indexOf('Seed '), 0)) };
  } finally {
    redis?.server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
