import process from 'node:process';
import { LoginUnavailableError, RedirectUnavailableError } from '../../errors/index.js';
import { canOpenBrowser, isRemote } from './can-open-browser.js';
import { ciVariable, hasTerminal, type TerminalOptions } from './has-terminal.js';

/** A flow that a person logs in by: `DeviceCodeFlow`, `AuthorizationCodeFlow`. @group Command lines */
export interface LoginFlow<Tokens> {
  doFlow(options?: { readonly signal?: AbortSignal | undefined }): Promise<Tokens>;
}

/** The ways to log in that a program has: one, or both. @group Command lines */
export interface LoginFlows<Tokens> {
  /** Opens a browser on this machine: an `AuthorizationCodeFlow` with `loopbackRedirect()`. */
  readonly browser?: LoginFlow<Tokens> | undefined;
  /** Shows a code to approve elsewhere: a `DeviceCodeFlow`. */
  readonly device?: LoginFlow<Tokens> | undefined;
}

/** Options of {@link logIn}. @group Command lines */
export interface LogInOptions extends TerminalOptions {
  /** Ends the wait for the person. */
  readonly signal?: AbortSignal | undefined;
  /** @defaultValue `process.platform` */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Logs a person in by the flow that works here: `browser` where a browser can be opened, else `device`. In a session over SSH
 * `device` goes first, unless `BROWSER` names a program, as editors do that open pages at the other end, and in a Codespace. Where
 * the redirect cannot be received, `device` is next.
 *
 * Without a terminal, in cron, a service or CI, nobody is asked, and nothing waits.
 *
 * @throws LoginUnavailableError, a LoginRequiredError, where neither can work; TypeError without a flow; what `doFlow` of the
 * flow throws
 * @group Command lines
 */
export async function logIn<Tokens>(flows: LoginFlows<Tokens>, options: LogInOptions = {}): Promise<Tokens> {
  const { browser, device } = flows;
  for (const flow of [browser, device]) {
    if (flow !== undefined && typeof flow.doFlow !== 'function') throw new TypeError('A flow to log in by has doFlow.');
  }
  if (!browser && !device) throw new TypeError('logIn needs a flow: browser, device, or both.');
  const { env = process.env, platform = process.platform, signal } = options;
  if (!hasTerminal({ ...options, env })) throw unattended(ciVariable(env));
  const here = canOpenBrowser(platform, env) ? browser : undefined;
  const [first, second] = isRemote(env) ? [device, here] : [here, device];
  const flow = first ?? second;
  if (!flow) throw withoutBrowser();
  try {
    return await flow.doFlow({ signal });
  } catch (error) {
    if (!second || flow === second || !(error instanceof RedirectUnavailableError)) throw error;
    return second.doFlow({ signal });
  }
}

function unattended(variable: string | undefined): LoginUnavailableError {
  if (variable === undefined) {
    return new LoginUnavailableError(undefined, {
      message: 'Nobody can be asked to log in here: stderr is no terminal.',
      remedy: 'Log in from a terminal, as the same user; jobs without one then renew what that login stored.',
    });
  }
  return new LoginUnavailableError(undefined, {
    message: `Nobody can be asked to log in here: this is a CI job (${variable} is set).`,
    remedy: 'Give the job credentials of its own, such as a client secret or a key, by variables.',
  });
}

function withoutBrowser(): LoginUnavailableError {
  return new LoginUnavailableError(undefined, {
    message: 'No browser can be opened from here, and this program has no other way to log in.',
    remedy: 'Log in on a machine with a screen, or set BROWSER to the program that opens pages.',
  });
}
