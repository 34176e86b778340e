/** EarthScope on the command line: see README.md. */
import { AuthFlowError, LoginRequiredError } from '@latchkey/core';
import process from 'node:process';
import { readArguments } from './arguments.js';
import { commands } from './commands.js';
import { createFlow } from './earthscope-flow.js';
import { readSettings } from './settings.js';

const interrupted = new AbortController();
for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(name, () => interrupted.abort());
// What fails is told, which console.log does not do: a full disk, say. EPIPE: whoever reads has enough.
process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
let failure = 2; // until it is understood what is wanted
let logIn = 'Run the command login, then try again.';

try {
  const given = readArguments(process.argv.slice(2));
  const command = commands.get(given.command ?? '');
  if (!command) throw new TypeError(`Say one of ${[...commands.keys()].join(', ')}.`);
  failure = 1;
  const settings = await readSettings({ profile: given.profile });
  if (settings.clientSecret === undefined && settings.refreshToken !== undefined) {
    logIn = 'Log in again by whatever made the refresh token, and put the new one where the old one is.';
  }
  process.exitCode = await command({
    flow: createFlow(settings),
    settings,
    given,
    print: (text) => void process.stdout.write(`${text}\n`),
    errors: process.stderr,
    signal: interrupted.signal,
  });
} catch (error) {
  process.exitCode = failure;
  console.error(interrupted.signal.aborted ? 'Interrupted.' : describe(error));
}

function describe(error: unknown): string {
  if (error instanceof LoginRequiredError) return `${error.message} ${logIn}`;
  if (error instanceof AuthFlowError) return `${error.message} ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
