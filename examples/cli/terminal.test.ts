import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AcmeHome } from '../dist/cli/acme-home.js';
import { Terminal } from '../dist/cli/terminal.js';
import { approveInBrowser } from '../dist/identity-provider/scripted-browser.js';

const isFull = process.env['LATCHKEY_FULL'] === '1';
if (!isFull)
  console.warn('Left out: acme in a terminal, since tmux may have to be installed; run with LATCHKEY_FULL=1.');

(isFull ? describe : describe.skip)('acme in a terminal of 80 columns', () => {
  let home: AcmeHome;
  let terminal: Terminal;
  const open = (env: Record<string, string> = {}): void => {
    terminal = new Terminal(home.folder, { ...home.env, ...env });
  };
  beforeEach(async () => {
    home = await AcmeHome.start();
  });
  afterEach(async () => {
    terminal[Symbol.dispose]();
    await home[Symbol.asyncDispose]();
  });

  test('logs in by a browser, whose arguments do not hold the URL of the login', async () => {
    open({ BROWSER: home.browser });
    terminal.type('acme login');
    await terminal.until(/Logged in: account default\./);
    expect(readFileSync(join(home.folder, 'browser.log'), 'utf8')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\n$/);
    terminal.type('clear; acme whoami && acme accounts && acme token | wc -l');
    await terminal.until(/ada@example\.org\n\* default\n\s*1\n/);
  });

  test('logs in by a code without a screen, and over SSH', async () => {
    open({ DISPLAY: ':0', SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22' });
    terminal.type('acme login --account work');
    const [page] = await terminal.until(/http:\S+\/device\S*/);
    const [code] = await terminal.until(/[A-Z]{4}-[A-Z]{4}/);
    expect(terminal.screen).toContain(code); // in one piece
    const url = page.includes(code) ? page : `${page}?user_code=${code}`;
    await approveInBrowser(url, AbortSignal.timeout(120_000));
    await terminal.until(/Logged in: account work\./);
    terminal.type('clear; acme accounts');
    await terminal.until(/\* work/);
  });

  test('ends a login by Ctrl+C, and keeps nothing', async () => {
    open();
    terminal.type('acme login');
    await terminal.until(/\/device/);
    terminal.press('C-c');
    await terminal.until(/Interrupted\./);
    terminal.type('clear; acme token; echo "code $?"');
    await terminal.until(/Run acme login[^]*code 4/);
  });

  test('asks nobody where its messages go into a file', async () => {
    open({ BROWSER: home.browser });
    terminal.type('acme login 2> log; echo "code $?"; cat log');
    await terminal.until(/code 4\nacme: Nobody can be asked to log in here: stderr is no terminal/);
  });

  test('has a help that fits', async () => {
    open();
    terminal.type('clear; acme help');
    await terminal.until(/api <path> +call the API/);
    expect(terminal.screen).toBe(terminal.text);
  });
});
