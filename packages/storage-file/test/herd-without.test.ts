import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { script } from './child.js';
import { makeFolder } from './folder.js';
import { expectOneRenewal, herdOf, rounds, stampede, storeEndedLogin } from './herd.js';

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
});
afterEach(() => server.stop());

/** Starts Node where the file system makes no hard links; `undefined` without a C compiler. */
function withoutHardLinks(): string[] | undefined {
  const library = join(makeFolder(), 'no-links.so');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, script('no-links.c')]);
  } catch {
    console.warn('No herd without hard links: that needs Linux and a C compiler (cc).');
    return undefined;
  }
  return ['env', `LD_PRELOAD=${library}`, 'NO_LINKS=1', process.execPath];
}

const addonless = [process.execPath, '--import', pathToFileURL(script('break-addon.mjs')).href];
const linkless = process.platform === 'linux' ? withoutHardLinks() : undefined;
const lacking = [['an addon', addonless], ...(linkless ? [['hard links', linkless] as const] : [])] as const;

describe('8 processes of 100 callers on one file with an expired token', () => {
  test.each(lacking)(
    `renew once in ${rounds} rounds without %s`,
    async (_what, command) => {
      for (let round = 1; round <= rounds; round++) {
        const path = join(makeFolder(), 'tokens.json');
        const login = await storeEndedLogin(server, path, 'lockfile');
        await expectOneRenewal(server, login, await stampede(server, herdOf(8, { path, locking: 'auto', command })));
        expect(readFileSync(`${path}.lock`, 'utf8')).toContain('lockfile');
      }
    },
    400_000,
  );
});
