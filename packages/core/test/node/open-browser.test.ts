import { describe, expect, test } from '@jest/globals';
import { openBrowser } from '@latchkey/core/node';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browserCommand } from '../../src/node/login/browser-command.js';
import { failureOf, written } from './written-files.js';

const page = new URL('https://id.example.org/authorize?a=1&state=x;touch y&z=$(id)"\'|%20');

describe('the program that opens a page', () => {
  test.each([
    ['darwin', {}, ['/usr/bin/open', page.href]],
    ['linux', { DISPLAY: ':0' }, ['xdg-open', page.href]],
    ['freebsd', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open', page.href]],
    ['linux', { WSL_DISTRO_NAME: 'Debian', DISPLAY: ':0' }, ['rundll32.exe', 'url.dll,FileProtocolHandler', page.href]],
    ['linux', {}, undefined],
    ['linux', { DISPLAY: '' }, undefined],
    ['linux', { BROWSER: 'my-browser' }, ['my-browser', page.href]],
    ['win32', {}, ['C:\\Windows\\System32\\rundll32.exe', 'url.dll,FileProtocolHandler', page.href]],
    ['win32', { SystemRoot: 'D:\\W' }, ['D:\\W\\System32\\rundll32.exe', 'url.dll,FileProtocolHandler', page.href]],
  ] as const)('on %s with %j', (platform, env, command) => {
    expect(browserCommand(page, platform, env)).toEqual(command);
  });
});

describe('openBrowser', () => {
  test('gives the whole URL to the program as one argument, past any shell', async () => {
    const program = written(
      'browser',
      '#!/bin/sh\nprintf "%s\\n" "$#" "$@" > "$(dirname "$0")/called.part"\nmv "$(dirname "$0")/called.part" "$(dirname "$0")/called"\n',
    );
    chmodSync(program, 0o700);
    expect(await openBrowser(page, { env: { BROWSER: program } })).toBe(true);
    const called = join(dirname(program), 'called');
    for (let waited = 0; !existsSync(called) && waited < 500; waited++) await sleep(10);
    expect(readFileSync(called, 'utf8')).toBe(`1\n${page.href}\n`);
  });

  test.each([{ BROWSER: '/no/such/browser' }, { BROWSER: 'firefox; touch /tmp/x' }, {}])(
    'says that there is none: %j',
    async (env) => {
      expect(await openBrowser(page.href, { env })).toBe(false);
    },
  );

  test.each(['file:///etc/passwd', 'javascript:alert(1)', 'mailto:a@example.org', '-a', 'C:\\Windows'])(
    'opens no %s',
    async (url) => {
      expect(await failureOf(openBrowser(url, { env: { BROWSER: 'true' } }))).toHaveProperty('name', 'TypeError');
    },
  );
});
