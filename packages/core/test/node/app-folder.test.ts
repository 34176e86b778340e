import { describe, expect, test } from '@jest/globals';
import { appFolder } from '@latchkey/core/node';
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const HOME = '/home/ada';

describe('the folder of a program', () => {
  test.each([
    ['linux', { HOME }, '/home/ada/.local/share/acme'],
    ['linux', { HOME, XDG_DATA_HOME: '/data' }, '/data/acme'],
    ['linux', { HOME, XDG_DATA_HOME: 'data' }, '/home/ada/.local/share/acme'],
    ['linux', { HOME, XDG_DATA_HOME: '~/data' }, '/home/ada/.local/share/acme'],
    ['linux', { HOME, XDG_DATA_HOME: ' ' }, '/home/ada/.local/share/acme'],
    ['linux', { HOME, XDG_CONFIG_HOME: '/config', XDG_STATE_HOME: '/state' }, '/home/ada/.local/share/acme'],
    ['freebsd', { HOME, XDG_DATA_HOME: '/data' }, '/data/acme'],
    ['darwin', { HOME, XDG_DATA_HOME: '/data' }, '/home/ada/Library/Application Support/acme'],
    ['win32', { LOCALAPPDATA: 'D:\\Local', APPDATA: 'D:\\Roaming' }, 'D:\\Local\\acme'],
    ['win32', { USERPROFILE: 'C:\\Users\\ada', APPDATA: 'D:\\Roaming' }, 'C:\\Users\\ada\\AppData\\Local\\acme'],
    ['win32', { LOCALAPPDATA: 'Local', USERPROFILE: 'C:\\Users\\ada' }, 'C:\\Users\\ada\\AppData\\Local\\acme'],
  ] as const)('on %s with %j is %s', (platform, env, folder) => {
    expect(appFolder('acme', { platform, env })).toBe(folder);
  });

  test('is that of this process, unless told', () => {
    const folder = appFolder('acme', { platform: 'linux', env: {} });
    expect(folder).toBe(join(homedir(), '.local', 'share', 'acme'));
    expect(appFolder('acme')).toMatch(/[\\/]acme$/);
  });

  test.each(['home', ''])('needs a home that is one, not %j', async (home) => {
    const program = `import { appFolder } from '@latchkey/core/node';
      try { console.log(appFolder('acme', { platform: 'linux' })) } catch (error) { console.log(error.name, error.message, error.remedy) }`;
    const options = { cwd: import.meta.dirname, env: { HOME: home } };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options);
    expect(stdout).toMatch(
      /^MissingCredentialsError .*HOME is not set to an absolute path\. Set HOME, or XDG_DATA_HOME,/,
    );
  });

  test.each(['acme', 'Acme Tools', 'acme-2.1', '.acme', 'ñandú', 'console', 'com', 'x'.repeat(100)])(
    'may be called %j',
    (name) => {
      expect(appFolder(name, { platform: 'linux', env: { HOME } })).toBe(`/home/ada/.local/share/${name}`);
    },
  );

  test.each([
    ...['', ' ', '.', '..', 'a/b', '../a', '/a', 'a\\b', 'C:', 'a:b', 'a*', 'a?', 'a"b', 'a<b', 'a|b', 'a\0b', 'a\nb'],
    ...['a.', 'a ', ' a', 'con', 'NUL', 'nul.txt', 'COM1', 'lpt9.x', 'x'.repeat(101), undefined as never, 5 as never],
  ])('may not be called %j', (name) => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      expect(() => appFolder(name, { platform, env: { HOME, LOCALAPPDATA: 'C:\\L' } })).toThrow(TypeError);
    }
  });
});
