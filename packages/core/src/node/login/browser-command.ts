import { win32 } from 'node:path';
import { type Environment, isBlank } from '../credentials/environment.js';

/** A program and its arguments, to be run without a shell. */
export type BrowserCommand = readonly [program: string, ...args: string[]];

/**
 * Chooses what opens a URL on a platform; `undefined` where there is no screen. `BROWSER` is the name or path of a
 * program, which gets the URL as its argument.
 */
export function browserCommand(url: URL, platform: string, env: Environment): BrowserCommand | undefined {
  const { BROWSER, SystemRoot, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = env;
  if (!isBlank(BROWSER)) return [BROWSER, url.href];
  if (platform === 'darwin') return ['/usr/bin/open', url.href];
  if (platform === 'win32') {
    // `cmd /c start` would run what follows an "&" in the URL.
    const program = win32.join(SystemRoot ?? 'C:\\Windows', 'System32', 'rundll32.exe');
    return [program, 'url.dll,FileProtocolHandler', url.href];
  }
  // The browser of a Linux within Windows is that of Windows.
  if (!isBlank(WSL_DISTRO_NAME)) return ['rundll32.exe', 'url.dll,FileProtocolHandler', url.href];
  return isBlank(DISPLAY) && isBlank(WAYLAND_DISPLAY) ? undefined : ['xdg-open', url.href];
}
