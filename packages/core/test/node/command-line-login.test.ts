import { describe, expect, test } from '@jest/globals';
import {
  LoginRequiredError,
  LoginUnavailableError,
  RedirectTimeoutError,
  RedirectUnavailableError,
} from '@latchkey/core';
import { type Environment, hasTerminal, logIn, type LoginFlow } from '@latchkey/core/node';
import { isatty } from 'node:tty';
import { failureOf } from './written-files.js';

const terminal = { isTTY: true };
const screen = { DISPLAY: ':0' };
const ssh = { SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22' };

describe('a terminal', () => {
  test.each([
    [terminal, {}, true],
    [{ isTTY: false }, {}, false],
    [{}, {}, false],
    [terminal, { CI: 'true' }, false],
    [terminal, { CI: '1' }, false],
    [terminal, { CI: 'false' }, true],
    [terminal, { CI: '0' }, true],
    [terminal, { CI: '' }, true],
    [terminal, { TF_BUILD: 'True' }, false],
    [terminal, { JENKINS_URL: 'https://ci.example' }, false],
    [terminal, ssh, true],
  ] as [object, Environment, boolean][])('is there for stderr %j and %j: %s', (output, env, expected) => {
    expect(hasTerminal({ output, env })).toBe(expected);
  });

  test('is looked for at stderr of this process', () => {
    expect(hasTerminal({ env: {} })).toBe(isatty(2));
  });
});

type Way = 'browser' | 'device';
const way = (name: Way, error?: Error): LoginFlow<Way> => ({
  doFlow: () => (error ? Promise.reject(error) : Promise.resolve(name)),
});
const both = { browser: way('browser'), device: way('device') };

describe('a login from a command line', () => {
  test.each([
    ['linux', screen, 'browser'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'browser'],
    ['linux', {}, 'device'], // a console, a container
    ['linux', { WSL_DISTRO_NAME: 'Debian' }, 'browser'],
    ['linux', { ...ssh, WSL_DISTRO_NAME: 'Debian' }, 'device'],
    ['linux', { ...ssh, DISPLAY: 'localhost:10.0' }, 'device'],
    ['linux', { SSH_TTY: '/dev/pts/1' }, 'device'],
    ['linux', { ...ssh, BROWSER: '/editor/bin/open-at-the-other-end.sh' }, 'browser'],
    ['linux', { CODESPACES: 'true', BROWSER: '/vscode/bin/helpers/browser.sh' }, 'device'],
    ['linux', { CODESPACES: '', BROWSER: 'firefox' }, 'browser'],
    ['linux', { BROWSER: 'firefox' }, 'browser'],
    ['linux', { ...screen, BROWSER: '/usr/bin/lynx' }, 'device'],
    ['linux', { ...screen, BROWSER: 'w3m' }, 'device'],
    ['darwin', {}, 'browser'],
    ['darwin', ssh, 'device'],
    ['win32', {}, 'browser'],
    ['win32', { SSH_CLIENT: '10.0.0.1 50000 22' }, 'device'],
  ] as [NodeJS.Platform, Environment, Way][])('on %s with %j goes by %s', async (platform, env, expected) => {
    expect(await logIn(both, { platform, env, output: terminal })).toBe(expected);
  });

  test.each([
    ['linux', { ...ssh, DISPLAY: 'localhost:10.0' }, { browser: way('browser') }, 'browser'],
    ['linux', { CODESPACES: 'true', BROWSER: '/helpers/browser.sh' }, { browser: way('browser') }, 'browser'],
    ['linux', screen, { device: way('device') }, 'device'],
    ['darwin', {}, { device: way('device') }, 'device'],
  ] as [NodeJS.Platform, Environment, Partial<typeof both>, Way][])(
    'on %s with %j goes by the flow that there is',
    async (platform, env, flows, expected) => {
      expect(await logIn(flows, { platform, env, output: terminal })).toBe(expected);
    },
  );

  test.each([
    ['linux', {}],
    ['darwin', ssh],
    ['linux', { BROWSER: 'links' }],
  ] as [NodeJS.Platform, Environment][])('on %s with %j needs more than a browser', async (platform, env) => {
    const error = await failureOf(logIn({ browser: way('browser') }, { platform, env, output: terminal }));
    expect(error).toBeInstanceOf(LoginUnavailableError);
    expect(error).toMatchObject({
      code: 'LOGIN_UNAVAILABLE',
      message: expect.stringContaining('No browser'),
      remedy: expect.stringContaining('BROWSER'),
    });
  });

  test('asks nobody where there is no terminal, and says what to do', async () => {
    let asked = 0;
    const flow = { doFlow: () => Promise.resolve(++asked) };
    const flows = { browser: flow, device: flow };
    const cron = await failureOf(logIn(flows, { env: screen, output: {} }));
    const job = await failureOf(logIn(flows, { env: { ...screen, CI: 'true' }, output: terminal }));
    expect(asked).toBe(0);
    for (const error of [cron, job]) expect(error).toBeInstanceOf(LoginRequiredError);
    expect([cron, job]).toMatchObject([
      { message: expect.stringContaining('stderr is no terminal'), remedy: expect.stringContaining('from a terminal') },
      { message: expect.stringContaining('CI is set'), remedy: expect.stringContaining('by variables') },
    ]);
  });

  test('goes on by a device where the redirect cannot be received, and for no other reason', async () => {
    const options = { platform: 'linux', env: screen, output: terminal } as const;
    const taken = way('browser', new RedirectUnavailableError());
    const late = way('browser', new RedirectTimeoutError());
    expect(await logIn({ browser: taken, device: way('device') }, options)).toBe('device');
    expect(await failureOf(logIn({ browser: taken }, options))).toBeInstanceOf(RedirectUnavailableError);
    expect(await failureOf(logIn({ browser: late, device: way('device') }, options))).toBeInstanceOf(
      RedirectTimeoutError,
    );
    const remote = { ...options, env: { ...ssh, ...screen } };
    const failing = { browser: way('browser'), device: way('device', new RedirectUnavailableError()) };
    expect(await logIn(failing, remote)).toBe('browser');
  });

  test('passes the signal on', async () => {
    const { signal } = new AbortController();
    const flow: LoginFlow<unknown> = { doFlow: (options) => Promise.resolve(options?.signal) };
    expect(await logIn({ device: flow }, { signal, output: terminal, env: {} })).toBe(signal);
  });

  test('needs a flow', async () => {
    expect(await failureOf(logIn({}))).toBeInstanceOf(TypeError);
    expect(await failureOf(logIn({ device: {} as never }))).toBeInstanceOf(TypeError);
  });
});
