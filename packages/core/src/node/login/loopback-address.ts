import { parseUrl } from '../../platform/urls.js';

/** A redirect URI on this machine. */
export interface LoopbackAddress {
  /** As the URI writes it. */
  readonly host: '127.0.0.1' | 'localhost' | '[::1]';
  /** 0 for any free port. */
  readonly port: number;
  /** The path that browsers ask for. */
  readonly path: string;
  /** Writes the URI out, character by character as it was given, with the port where it had none. */
  readonly withPort: (port: number) => string;
}

/** What stands in for the parts that a redirect URI does not give. @group Login in a browser */
export interface LoopbackDefaults {
  /** The port to listen on. @defaultValue any free one */
  readonly port?: number | undefined;
  /** The path of the redirect URI, when the flow gives none. @defaultValue `/callback` */
  readonly path?: string | undefined;
}

const form = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?((?:\/[^?#]*)?(?:\?[^#]*)?)$/;

/**
 * Reads a redirect URI for a listener on this machine (RFC 8252 section 7.3). Without a port, any will do.
 *
 * @throws TypeError for a URI of another kind, and for a port or path that cannot be
 */
export function loopbackAddress(redirectUri: string | undefined, defaults: LoopbackDefaults): LoopbackAddress {
  const { port: ownPort = 0, path = '/callback' } = defaults;
  if (!Number.isInteger(ownPort) || ownPort < 0 || ownPort > 65535) {
    throw new TypeError('port must be a whole number from 0 to 65535.');
  }
  if (!path.startsWith('/') || new URL(`http://localhost${path}`).pathname !== path) {
    throw new TypeError('path must begin with / and be written as it stands in a URL, without a query.');
  }
  const given = redirectUri ?? `http://127.0.0.1${path}`;
  const [, host, port, rest = ''] = form.exec(given) ?? [];
  if (host === undefined || !parseUrl(given)) {
    throw new TypeError('redirectUri must be http: on 127.0.0.1, localhost or [::1] to be listened on.');
  }
  return {
    host: host as LoopbackAddress['host'],
    port: Number(port ?? ownPort),
    path: new URL(given).pathname,
    withPort: (actual) => (actual === 80 ? given : `http://${host}:${actual}${rest}`),
  };
}
