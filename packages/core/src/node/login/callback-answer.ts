import type { CallbackPage } from './callback-pages.js';

/** What of a request decides its answer. */
export interface CallbackRequest {
  readonly method: string | undefined;
  /** The request target: path and query. */
  readonly target: string;
  readonly host: string | undefined;
  /** What the browser wants the answer for (`Sec-Purpose`, as `prefetch`, else `Sec-Fetch-Dest`); old ones do not say. */
  readonly destination?: string | undefined;
}

/** What a listener waits for. */
export interface ExpectedCallback {
  readonly path: string;
  readonly port: number;
  /** Whether it has come already. */
  readonly used: boolean;
  /** The path that leads to the login, and whether it has been asked for. */
  readonly entry?: { readonly path: string; readonly used: boolean } | undefined;
}

/** An answer to a browser: a page, or what the request was waited for as. */
export type CallbackAnswer =
  | { readonly status: number; readonly page: CallbackPage; readonly accepted?: undefined }
  | { readonly accepted: 'entry' | 'declined' | 'received' };

/**
 * Decides about a request. Only a GET of the path, with a code or an error (RFC 6749 section 4.1.2), counts. A page of
 * another site whose name was pointed at this machine is known by its `Host`, what asks behind the person's back, an image, a
 * script or a prefetch, by what it wants the answer for.
 */
export function answerCallback(
  { method, target, host, destination = 'document' }: CallbackRequest,
  { path, port, used, entry }: ExpectedCallback,
): CallbackAnswer {
  if (!namesOf(port).includes(host?.toLowerCase() ?? '')) return { status: 421, page: 'elsewhere' };
  const [asked, query = ''] = target.split(/\?(.*)/s);
  const isEntry = asked === entry?.path;
  if (asked !== path && !isEntry) return { status: 404, page: 'elsewhere' };
  if (method !== 'GET') return { status: 405, page: 'elsewhere' };
  if (destination !== 'document') return { status: 403, page: 'elsewhere' };
  if (used || (isEntry && entry?.used)) return { status: 410, page: 'used' };
  if (isEntry) return { accepted: 'entry' };
  const parameters = new URLSearchParams(query);
  if (parameters.get('error')) return { accepted: 'declined' };
  if (parameters.get('code')) return { accepted: 'received' };
  return { status: 400, page: 'incomplete' };
}

function namesOf(port: number): string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const full = names.map((name) => `${name}:${port}`);
  return port === 80 ? [...names, ...full] : full;
}
