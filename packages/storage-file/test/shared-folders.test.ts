import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './child.js';
import { callers, expectOneRenewal, herdOf, rounds, stampede, storeEndedLogin } from './herd.js';
import { type Mirrored, mountBindfs, mountSshfs, mountUnion, whereMounts } from './mounts.js';

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
});

const inFolder = (folder: string): string => join(folder, 'tokens.json');

/** Half of 8 processes know the folder by one path, half by the other; the first use is by `first`. */
async function renewByBothPaths({ native, mirror }: Mirrored, first: string): Promise<void> {
  const login = await storeEndedLogin(server, inFolder(first));
  expect(readFileSync(`${inFolder(native)}.lock`, 'utf8')).toContain('lockfile');
  const herd = [...herdOf(4, { path: inFolder(native) }), ...herdOf(4, { path: inFolder(mirror) })];
  await expectOneRenewal(server, login, await stampede(server, herd));
}

describe('8 processes of 100 callers who know a folder by two paths', () => {
  whereMounts('bindfs')(
    `renew once in ${rounds} rounds where the mirror was used first`,
    async () => {
      for (let round = 1; round <= rounds; round++) {
        const folders = mountBindfs();
        await renewByBothPaths(folders, folders.mirror);
      }
    },
    300_000,
  );

  whereMounts('bindfs')(
    `renew once in ${rounds} rounds where the native side was used first, and those at the mirror are refused`,
    async () => {
      for (let round = 1; round <= rounds; round++) {
        const { native, mirror } = mountBindfs();
        const { storage, key } = await storeEndedLogin(server, inFolder(native));
        server.nextAnswers({ grantType: 'refresh_token' }, faults.delay(1000));
        const herd = [...herdOf(4, { path: inFolder(native) }), ...herdOf(4, { path: inFolder(mirror) })];
        const reports = await stampede(server, herd);
        await expectOneRenewal(server, { storage, key }, reports.slice(0, 4));
        const refused = { tokens: [], failures: { LOCK_UNAVAILABLE: callers } };
        expect(reports.slice(4)).toEqual(Array(4).fill(refused));
      }
    },
    300_000,
  );

  whereMounts('sshfs')(
    `renew once in ${rounds} rounds where one is SFTP`,
    async () => {
      for (let round = 1; round <= rounds; round++) {
        const folders = await mountSshfs();
        await renewByBothPaths(folders, folders.mirror);
      }
    },
    600_000,
  );

  whereMounts('unionfs-fuse')(
    `renew once in ${rounds} rounds where one is a union`,
    async () => {
      for (let round = 1; round <= rounds; round++) {
        const folders = mountUnion();
        await renewByBothPaths(folders, folders.mirror);
      }
    },
    300_000,
  );
});

describe('A lock file on a folder whose links have numbers of their own', () => {
  const mounts: ['sshfs' | 'unionfs-fuse', () => Mirrored | Promise<Mirrored>][] = [
    ['sshfs', mountSshfs],
    ['unionfs-fuse', mountUnion],
  ];
  const isFull = process.env['LATCHKEY_FULL'] === '1';
  if (!isFull) console.warn('Left out: real heartbeats over FUSE, which take a minute; run with LATCHKEY_FULL=1.');
  for (const [program, mount] of mounts) {
    // Waits for real heartbeats, and for the 10 s without one.
    (isFull ? whereMounts(program) : test.skip)(
      `is held for as long as its holder shows itself, also to those who see it late (${program})`,
      async () => {
        const { native, mirror } = await mount();
        const file = inFolder(mirror);
        const holder = start('hold.mjs', [file, 'auto']);
        await holder.says('held');
        const waiters = [native, mirror].map((folder) => start('enter-once.mjs', [inFolder(folder), 'auto', 16]));
        expect(await Promise.all(waiters.map((waiter) => waiter.says('outcome')))).toEqual(
          Array(2).fill('outcome LOCK_TIMEOUT'),
        );
        await holder.kill();
        const next = start('enter-once.mjs', [file, 'auto', 16]);
        expect(await next.says('outcome')).toBe('outcome entered');
      },
      60_000,
    );
  }
});
