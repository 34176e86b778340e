/** What is known of one request. */
export interface Sending {
  /** Whether it was written to a connection; `undefined` where the fetch in use does not tell. */
  wasSent?: boolean;
}

/** A request, to tell it from others that a fetch may make on the way, such as `CONNECT` to a proxy. */
export interface WatchedRequest {
  readonly method: string;
  readonly url: string;
}

/** A request as undici's channels show it. */
interface UndiciRequest {
  readonly method: string;
  readonly path: string;
}

interface Watched {
  readonly request: WatchedRequest;
  readonly sending: Sending;
}

/**
 * Calls `send`, and notes in `sending` whether the request was written to a socket that was connected and, for HTTPS, secured.
 * undici, which is the fetch of Node, tells by its diagnostics channels; of any other fetch nothing is known.
 *
 * On Node 20 and 22 each promise of the process costs twice as much while somebody is watched, so it ends with the last.
 */
export async function watchSending<T>(sending: Sending, request: WatchedRequest, send: () => Promise<T>): Promise<T> {
  watcher ??= subscribe();
  if (!watcher) return send();
  watched++;
  try {
    return await watcher.run({ request, sending }, send);
  } finally {
    // `enabled` is there where each promise is hooked; Cloudflare's workers have no `disable`.
    if (--watched === 0 && 'enabled' in watcher) watcher.disable();
  }
}

let watcher: ReturnType<typeof subscribe>;
let watched = 0;

/** The root entry imports nothing of Node's, so what a browser has not is asked for here, once. */
function subscribe(): { run<T>(store: Watched, task: () => T): T; disable(): void } | undefined {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  const hooks = process?.getBuiltinModule?.('node:async_hooks');
  if (!channels || !hooks) return undefined;
  const callers = new hooks.AsyncLocalStorage<Watched>();
  const sendings = new WeakMap<object, Sending>();
  const requestOf = (message: unknown): UndiciRequest => (message as { readonly request: UndiciRequest }).request;
  channels.subscribe('undici:request:create', (message) => {
    const [request, caller] = [requestOf(message), callers.getStore()];
    if (!caller || !isSame(request, caller.request)) return;
    caller.sending.wasSent ??= false;
    sendings.set(request, caller.sending);
  });
  // The first is enough but over HTTP/2, where older versions of undici do not publish it.
  for (const sent of ['undici:client:sendHeaders', 'undici:request:bodySent', 'undici:request:headers']) {
    channels.subscribe(sent, (message) => {
      const sending = sendings.get(requestOf(message));
      if (sending) sending.wasSent = true;
    });
  }
  return callers;
}

/** Of a proxy that is asked for a whole URL, the end of the path is the path. */
function isSame({ method, path }: UndiciRequest, { method: expected, url }: WatchedRequest): boolean {
  const { pathname, search } = new URL(url);
  return method === expected && path.endsWith(pathname + search);
}
