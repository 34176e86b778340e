import process from 'node:process';
import type { Interface } from 'node:readline';
import type { AuthorizationRedirect } from '../../options/login-redirect.js';
import { RedirectTimeoutError, RedirectUnavailableError } from '../../errors/index.js';
import { untilAborted } from '../../platform/waiting.js';
import { pastedCallback } from './pasted-callback.js';

/** Options of {@link pasteRedirect}. @group Login in a browser */
export interface PasteRedirectOptions {
  /** What the person is asked. @defaultValue `Paste the address that it ends at, or the code that it shows: ` */
  readonly prompt?: string | undefined;
  /** Where the answer comes from. @defaultValue `process.stdin` */
  readonly input?: NodeJS.ReadableStream | undefined;
  /** Where the URL and the question are printed. @defaultValue `process.stderr` */
  readonly output?: NodeJS.WritableStream | undefined;
}

/**
 * Has the person carry the redirect over: prints where to log in and reads what is pasted. For machines without a
 * browser, and for redirect URIs that lead nowhere, such as `http://localhost:1/` or `urn:ietf:wg:oauth:2.0:oob`.
 *
 * The whole URL may be pasted, or the code alone. A code alone says nothing of which server it is from, so servers that
 * name themselves (RFC 9207) need the whole URL.
 *
 * The redirect throws TypeError for a flow without `redirectUri`, RedirectUnavailableError when the input is closed
 * already, and RedirectTimeoutError when it ends without an answer.
 *
 * @group Login in a browser
 */
export function pasteRedirect(options: PasteRedirectOptions = {}): AuthorizationRedirect {
  const { prompt = 'Paste the address that it ends at, or the code that it shows: ' } = options;
  return async (start, { redirectUri, signal }) => {
    if (redirectUri === undefined) throw new TypeError('pasteRedirect needs the option redirectUri of the flow.');
    signal.throwIfAborted();
    const { input = process.stdin, output = process.stderr } = options;
    if (!input.readable) throw noInput();
    const url = await untilAborted(signal, start(redirectUri));
    output.write(`To log in, open\n\n  ${url.href}\n\n`);
    const lines = process.getBuiltinModule('node:readline').createInterface({ input, output });
    try {
      return pastedCallback(await untilAborted(signal, ask(lines, prompt)), redirectUri, url);
    } finally {
      lines.close();
    }
  };
}

/** Asks until there is an answer. */
function ask(lines: Interface, prompt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const answer = line.trim();
      if (answer === '') lines.prompt();
      else resolve(answer);
    });
    lines.once('close', () => reject(endOfInput()));
    lines.setPrompt(prompt);
    lines.prompt();
  });
}

function noInput(): RedirectUnavailableError {
  return new RedirectUnavailableError({
    message: 'The redirect cannot be pasted: the input is closed.',
    remedy: 'Run the program in a terminal, or use loopbackRedirect.',
  });
}

function endOfInput(): RedirectTimeoutError {
  return new RedirectTimeoutError({
    message: 'The input ended before anything was pasted.',
    remedy: 'Start the login again in a terminal, and paste the address that the browser ends at.',
  });
}
