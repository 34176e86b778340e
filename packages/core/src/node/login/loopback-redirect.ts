import { checkSeconds } from '../../options/seconds.js';
import type { AuthorizationRedirect } from '../../options/login-redirect.js';
import { type Clock, systemClock } from '../../platform/clock.js';
import { RedirectTimeoutError } from '../../errors/index.js';
import { untilAborted } from '../../platform/waiting.js';
import { callbackReceiver } from './callback-receiver.js';
import { loopbackAddress, type LoopbackDefaults } from './loopback-address.js';
import { listenOnLoopback } from './loopback-listener.js';
import { openBrowser } from './open-browser.js';

/** Options of {@link loopbackRedirect}. @group Login in a browser */
export interface LoopbackRedirectOptions extends LoopbackDefaults {
  /**
   * Opens the page of the login, or `false` where the person shall do it. What it throws ends the login.
   *
   * @defaultValue {@link openBrowser}
   */
  readonly openBrowser?: ((url: URL) => unknown) | false | undefined;
  /** Shows where to log in, should no browser open. @defaultValue prints it to stderr */
  readonly showUrl?: ((url: URL) => void) | undefined;
  /** Seconds that a person has. @defaultValue 300 */
  readonly timeout?: number | undefined;
  /** @defaultValue {@link systemClock} */
  readonly clock?: Clock | undefined;
}

/** Node fires longer timers at once. In milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Receives the redirect of a login in a browser on this machine (RFC 8252 section 7.3). It listens on 127.0.0.1 and
 * ::1 from before the browser opens until one redirect has come, and answers it with a small page.
 *
 * The flow's `redirectUri` decides where, character by character: `http://localhost:5000/callback`, or
 * `http://localhost/callback` for any free port. Without it, the URI is `http://127.0.0.1:<free port>/callback`.
 *
 * The redirect throws RedirectUnavailableError before anybody is asked when the port is taken, RedirectTimeoutError
 * when nobody comes back, and TypeError for a `redirectUri` that is not on this machine.
 *
 * @throws TypeError for a port, path or timeout that cannot be
 * @group Login in a browser
 */
export function loopbackRedirect(options: LoopbackRedirectOptions = {}): AuthorizationRedirect {
  const { openBrowser: open = openBrowser, showUrl = printUrl, timeout = 300, clock = systemClock } = options;
  checkSeconds(timeout, 'timeout');
  loopbackAddress(undefined, options);
  return async (start, { redirectUri: wanted, signal }) => {
    const address = loopbackAddress(wanted, options);
    signal.throwIfAborted();
    const { handle, received } = callbackReceiver(address.path);
    const listener = await listenOnLoopback(address, handle);
    const over = new AbortController();
    try {
      const redirectUri = address.withPort(listener.port);
      const url = await untilAborted(signal, start(redirectUri));
      showUrl(url);
      const opened = open === false ? undefined : open(url);
      const late = clock.sleep(Math.min(timeout * 1000, longestTimer), over.signal);
      const target = await untilAborted(signal, Promise.race([received, failed(opened), timedOut(late)]));
      return new URL(redirectUri).origin + target;
    } finally {
      over.abort();
      await listener.close();
    }
  };
}

/** Rejects when the browser could not be asked for, and otherwise never settles: opening it is not the login. */
async function failed(opened: unknown): Promise<never> {
  await opened;
  return new Promise<never>(() => undefined);
}

async function timedOut(sleep: Promise<void>): Promise<never> {
  await sleep;
  throw new RedirectTimeoutError();
}

function printUrl(url: URL): void {
  console.error(`To log in, open\n\n  ${url.href}\n`);
}
