import process from 'node:process';
import type { EnvironmentOptions } from '../credentials/environment.js';
import { parseUrl } from '../../platform/urls.js';
import { browserCommand } from './browser-command.js';

/**
 * Opens a page in the person's browser, by `open`, `xdg-open` or Windows' own opener, without a shell. The variable
 * `BROWSER` names another program. Every user of a machine can read the arguments of its programs, so this is no way for a URL
 * that holds a secret; `loopbackRedirect` gives it an address that leads to the login once.
 *
 * @returns whether a program was started; false on machines without one or without a screen
 * @throws TypeError for a URL that is neither `http:` nor `https:`
 * @group Login in a browser
 */
export async function openBrowser(url: URL | string, { env = process.env }: EnvironmentOptions = {}): Promise<boolean> {
  const page = parseUrl(String(url));
  if (!page || !['http:', 'https:'].includes(page.protocol))
    throw new TypeError('Only http: and https: URLs are opened.');
  const command = browserCommand(page, process.platform, env);
  return command !== undefined && started(command);
}

function started([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve) => {
    try {
      const child = spawn(program, args, { detached: true, stdio: 'ignore' });
      child.once('error', () => resolve(false));
      child.once('spawn', () => resolve(true));
      child.unref();
    } catch {
      resolve(false);
    }
  });
}
