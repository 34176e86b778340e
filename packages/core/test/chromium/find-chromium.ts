import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installFromDebian } from '../scenes/debian-package.js';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const places = [
  ...['/usr/local/bin', '/usr/bin', '/snap/bin', '/opt/homebrew/bin'].flatMap((folder) =>
    names.map((name) => join(folder, name)),
  ),
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

let found: string | undefined;

/** Finds Chromium, or installs it; asks for `LATCHKEY_CHROMIUM` first, the path of a browser of one's choice. */
export function findChromium(): string {
  return (found ??= searchChromium(process.env));
}

/** The same for another environment, and places to look at. */
export function searchChromium(env: NodeJS.ProcessEnv, where: readonly string[] = places): string {
  const chosen = env['LATCHKEY_CHROMIUM'];
  if (chosen && !works(chosen)) throw new Error('LATCHKEY_CHROMIUM does not name a browser that runs.');
  const browser = chosen || where.find(works);
  if (browser) return browser;
  installFromDebian('Chromium', ['chromium'], env);
  const brought = where.find(works);
  if (brought === undefined) throw new Error('The Debian package chromium brought no browser that runs.');
  return brought;
}

function works(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
