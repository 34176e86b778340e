import { pages } from './callback-pages.js';

/** What of a request decides its answer. */
export interface CallbackRequest {
  readonly method: string | undefined;
  /** The request target: path and query. */
  readonly target: string;
  readonly host: string | undefined;
  /** What the browser wants the answer for (`Sec-Fetch-Dest`); old ones do not say. */
  readonly destination?: string | undefined;
}

/** What a listener waits for. */
export interface ExpectedCallback {
  readonly path: string;
  readonly port: number;
  /** Whether it has come already. */
  readonly used: boolean;
}

/** An answer to a browser. */
export interface CallbackAnswer {
  readonly status: number;
  readonly page: string;
  /** Whether this request is the one that was waited for. */
  readonly accepted: boolean;
}

/**
 * Decides about a request. Only a GET of the path, with a code or an error (RFC 6749 section 4.1.2), counts. A page of
 * another site whose name was pointed at this machine is known by its `Host`, one that asks behind the person's back,
 * with an image or a script, by what it wants the answer for.
 */
export function answerCallback(
  { method, target, host, destination = 'document' }: CallbackRequest,
  { path, port, used }: ExpectedCallback,
): CallbackAnswer {
  const refuse = (status: number, page: string): CallbackAnswer => ({ status, page, accepted: false });
  if (!namesOf(port).includes(host?.toLowerCase() ?? '')) return refuse(421, pages.elsewhere);
  const [asked, query = ''] = target.split(/\?(.*)/s);
  if (asked !== path) return refuse(404, pages.elsewhere);
  if (method !== 'GET') return refuse(405, pages.elsewhere);
  if (destination !== 'document') return refuse(403, pages.elsewhere);
  if (used) return refuse(410, pages.used);
  const parameters = new URLSearchParams(query);
  if (parameters.get('error')) return { status: 200, page: pages.declined, accepted: true };
  if (parameters.get('code')) return { status: 200, page: pages.received, accepted: true };
  return refuse(400, pages.incomplete);
}

function namesOf(port: number): string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const full = names.map((name) => `${name}:${port}`);
  return port === 80 ? [...names, ...full] : full;
}
