import { browserCommand } from '../login/browser-command.js';
import { type Environment, isBlank } from '../credentials/environment.js';

/** They would need the terminal that the program is using. */
const textBrowsers = /(^|[\\/])(w3m|lynx|e?links2?|www-browser)$/;

/**
 * Tells whether a browser can be opened that reaches this machine's loopback. A container has no screen of its own, and is told
 * by that.
 */
export function canOpenBrowser(platform: string, env: Environment): boolean {
  const { BROWSER } = env;
  if (!isBlank(BROWSER)) return !textBrowsers.test(BROWSER);
  // There, it would open on the screen of the other machine.
  const isElsewhere = isRemote(env) && (['darwin', 'win32'].includes(platform) || !isBlank(env['WSL_DISTRO_NAME']));
  return !isElsewhere && browserCommand(new URL('http://localhost'), platform, env) !== undefined;
}

/**
 * Tells whether the person sits at another machine, and nobody has said how pages are opened there. In a Codespace somebody has,
 * but from an editor in the browser no redirect leads back.
 */
export function isRemote({ SSH_CONNECTION, SSH_CLIENT, SSH_TTY, BROWSER, CODESPACES }: Environment): boolean {
  const isOverSsh = isBlank(BROWSER) && [SSH_CONNECTION, SSH_CLIENT, SSH_TTY].some((value) => !isBlank(value));
  return isOverSsh || !isBlank(CODESPACES);
}
