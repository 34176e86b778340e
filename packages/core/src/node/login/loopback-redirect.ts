import { checkSeconds } from '../../options/seconds.js';
import type { AuthorizationRedirect } from '../../options/login-redirect.js';
import { type Clock, systemClock } from '../../platform/clock.js';
import { RedirectTimeoutError } from '../../errors/index.js';
import { untilAborted } from '../../platform/waiting.js';
import { parseUrl } from '../../platform/urls.js';
import { callbackReceiver } from './callback-receiver.js';
import { loopbackAddress, type LoopbackDefaults } from './loopback-address.js';
import { listenOnLoopback } from './loopback-listener.js';
import { howItEnded } from './login-ending.js';
import { openBrowser } from './open-browser.js';

/** Options of {@link loopbackRedirect}. @group Login in a browser */
export interface LoopbackRedirectOptions extends LoopbackDefaults {
  /** What the page after the login calls this program. @defaultValue `the program` */
  readonly programName?: string | undefined;
  /** Where the browser goes after a login that worked, an absolute URL, in place of the page. */
  readonly successUrl?: URL | string | undefined;
  /**
   * Opens the page of the login, or `false` where the person shall do it. What it throws ends the login.
   *
   * The URL holds what ties the redirect to this login, and arguments of a command can be read by every user of a
   * machine. The default gives the browser an address on this machine that leads to it once, and on Linux only this user.
   *
   * @defaultValue {@link openBrowser}
   */
  readonly openBrowser?: ((url: URL) => unknown) | false | undefined;
  /** Shows where to log in, should no browser open. @defaultValue prints it to stderr */
  readonly showUrl?: ((url: URL) => void | Promise<void>) | undefined;
  /** Seconds that a person has. @defaultValue 300 */
  readonly timeout?: number | undefined;
  /** @defaultValue {@link systemClock} */
  readonly clock?: Clock | undefined;
}

/** Node fires longer timers at once. In milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Receives the redirect of a login in a browser on this machine (RFC 8252 section 7.3). It listens on 127.0.0.1 and
 * ::1 from before the browser opens until one redirect has come, and answers it with a small page that says, once the
 * code has been redeemed, whether the login worked.
 *
 * The flow's `redirectUri` decides where, character by character: `http://localhost:5000/callback`, or
 * `http://localhost/callback` for any free port. Without it, the URI is `http://127.0.0.1:<free port>/callback`.
 *
 * The redirect throws RedirectUnavailableError before anybody is asked when the port is taken, RedirectTimeoutError
 * when nobody comes back, and TypeError for a `redirectUri` that is not on this machine.
 *
 * @throws TypeError for a port, path, timeout, programName or successUrl that cannot be
 * @group Login in a browser
 */
export function loopbackRedirect(options: LoopbackRedirectOptions = {}): AuthorizationRedirect {
  const { openBrowser: open, showUrl = printUrl, timeout = 300, clock = systemClock, programName: program } = options;
  checkSeconds(timeout, 'timeout');
  loopbackAddress(undefined, options);
  if (program !== undefined && (typeof program !== 'string' || program.trim() === '')) {
    throw new TypeError('programName must be a non-empty string.');
  }
  const successUrl = options.successUrl === undefined ? undefined : httpUrl(options.successUrl);
  return async (start, { redirectUri: wanted, signal, complete }) => {
    const address = loopbackAddress(wanted, options);
    signal.throwIfAborted();
    let begin: (login: { readonly url: URL; readonly origin: string }) => void = () => undefined;
    const login = new Promise<{ readonly url: URL; readonly origin: string }>((resolve) => (begin = resolve));
    const { handle, entry, received, answered } = callbackReceiver({
      path: address.path,
      complete: complete && (async (target) => howItEnded(complete((await login).origin + target))),
      loginUrl: async () => (await login).url,
      program,
      successUrl,
    });
    const listener = await listenOnLoopback(address, handle);
    const over = new AbortController();
    try {
      const redirectUri = address.withPort(listener.port);
      const { origin } = new URL(redirectUri);
      const url = await untilAborted(signal, start(redirectUri));
      begin({ url, origin });
      const shown = Promise.resolve(showUrl(url));
      const opened = open ? open(url) : open === undefined && openBrowser(new URL(entry, origin));
      const late = clock.sleep(Math.min(timeout * 1000, longestTimer), over.signal);
      const target = await untilAborted(
        signal,
        Promise.race([received, failed(shown), failed(opened), timedOut(late)]),
      );
      await answered; // the exchange ends by the signal, too
      return origin + target;
    } finally {
      over.abort();
      await listener.close();
    }
  };
}

function httpUrl(given: URL | string): string {
  const url = parseUrl(String(given));
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError('successUrl must be an absolute URL of http: or https:.');
  }
  return url.href;
}

/** Rejects when the person could not be sent to the login, and otherwise never settles: that is not the login. */
async function failed(sent: unknown): Promise<never> {
  await sent;
  return new Promise<never>(() => undefined);
}

async function timedOut(sleep: Promise<void>): Promise<never> {
  await sleep;
  throw new RedirectTimeoutError();
}

function printUrl(url: URL): void {
  console.error(`To log in, open\n\n  ${url.href}\n`);
}
