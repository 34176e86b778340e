import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const places = [
  ...['/usr/local/bin', '/usr/bin', '/snap/bin', '/opt/homebrew/bin'].flatMap((folder) =>
    names.map((name) => join(folder, name)),
  ),
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const advice = 'These tests need Chromium. Type: sudo apt-get update && sudo apt-get install chromium';

let found: Promise<string> | undefined;

/** Finds Chromium, or installs it; asks for `LATCHKEY_CHROMIUM` first, the path of a browser of one's choice. */
export function findChromium(): Promise<string> {
  return (found ??= searchChromium(process.env, process.getuid?.()));
}

/** The same for another environment, user and places to look at. */
export async function searchChromium(
  env: NodeJS.ProcessEnv,
  user: number | undefined,
  where: readonly string[] = places,
): Promise<string> {
  const chosen = env['LATCHKEY_CHROMIUM'];
  if (chosen && !works(chosen)) throw new Error('LATCHKEY_CHROMIUM does not name a browser that runs.');
  return (chosen || where.find(works)) ?? (await fromDebian(user, where));
}

/** One test file installs, the others wait for it, as do those that install Redis: apt works for one at a time. */
async function fromDebian(user: number | undefined, where: readonly string[]): Promise<string> {
  if (user !== 0 || !existsSync('/etc/debian_version')) throw new Error(advice);
  const turn = join(tmpdir(), 'latchkey-install');
  for (;;) {
    const browser = where.find(works);
    if (browser !== undefined) return browser;
    try {
      mkdirSync(turn);
    } catch {
      if (Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 300_000) rmdirSync(turn);
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    try {
      install();
      if (!where.some(works)) throw new Error(`${advice} It was tried, and brought no browser that runs.`);
    } finally {
      rmdirSync(turn);
    }
  }
}

function install(): void {
  console.error('Chromium is needed for these tests: installing the Debian package chromium.');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => spawnSync('apt-get', ['-q', '-y', ...args], { env, encoding: 'utf8' });
  apt('update');
  const { status, stderr } = apt('install', '--no-install-recommends', 'chromium');
  if (status !== 0) throw new Error(`apt-get install chromium failed: ${stderr}`);
}

function works(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
