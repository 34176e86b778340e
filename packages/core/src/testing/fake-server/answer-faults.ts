import { type Answer, errorAnswer, jsonAnswer, redirectAnswer } from './answer.js';
import { type Fault, faultAt, type FaultTiming } from './fault.js';

const readable = { 'content-type': 'text/html; charset=utf-8' };

/** Sends a page, as gateways do. Status 502 by default. */
export function html(status = 502, timing: FaultTiming = {}): Fault {
  const body = `<!doctype html><title>${status}</title><h1>${status}</h1>`;
  return faultAt(`HTML with status ${status}`, timing, () => ({ status, headers: readable, body }));
}

/** Sends no body. Status 200 by default. */
export function empty(status = 200, timing: FaultTiming = {}): Fault {
  return faultAt(`empty body with status ${status}`, timing, () => ({ status, headers: {}, body: '' }));
}

/** Sends an OAuth error; status 400 by default, 200 for the servers that do so. */
export function oauthError(
  error: string,
  { status = 400, description, ...timing }: FaultTiming & { status?: number; description?: string } = {},
): Fault {
  return faultAt(`${error} with status ${status}`, timing, () => errorAnswer(error, status, description));
}

/** Tells a device to poll more slowly (RFC 8628 section 3.5). The server's own interval stays as it was. */
export function slowDown(): Fault {
  return oauthError('slow_down');
}

/** Turns the client away for a while (RFC 9110 section 10.2.3): seconds or a date. Status 429 by default. */
export function retryAfter(
  wait: number | Date,
  { status = 429, ...timing }: FaultTiming & { status?: number } = {},
): Fault {
  const value = typeof wait === 'number' ? String(wait) : wait.toUTCString();
  const answer = jsonAnswer({ error: 'temporarily_unavailable' }, status, { 'retry-after': value });
  return faultAt(`status ${status} with Retry-After`, timing, () => answer);
}

/** Redirects to `location`, which a token request must not follow. Status 307 by default: the body goes along. */
export function redirect(location: string, { status = 307, ...timing }: FaultTiming & { status?: number } = {}): Fault {
  return faultAt(`redirect ${status}`, timing, () => redirectAnswer(location, status));
}

/** Echoes what the request held, secrets too, in the description of an OAuth error; `invalid_request` by default. */
export function echoSecrets(error = 'invalid_request', status = 400): Fault {
  return {
    name: 'echo of secrets',
    before: ({ request: { parameters, headers } }) =>
      errorAnswer(error, status, [...Object.values(parameters), headers.authorization].join(' ')),
  };
}

/** Changes the fields of a JSON answer after the server has acted: add, replace or leave out what you like. */
export function changeFields(change: (fields: Record<string, unknown>) => unknown): Fault {
  return {
    name: 'changed fields',
    after: (answer) => ({
      ...answer,
      body: JSON.stringify(change(JSON.parse(answer.body) as Record<string, unknown>)),
    }),
  };
}

/** Sends the answer under another content type. */
export function contentType(type: string): Fault {
  return {
    name: `content type ${type}`,
    after: (answer): Answer => ({ ...answer, headers: { ...answer.headers, 'content-type': type } }),
  };
}

/** Sends the answer with a further field that makes it longer than `bytes`. */
export function oversize(bytes: number): Fault {
  return { ...changeFields((fields) => ({ ...fields, padding: 'x'.repeat(bytes) })), name: 'oversized body' };
}
