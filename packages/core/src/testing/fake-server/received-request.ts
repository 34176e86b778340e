import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The places at which the server listens. @group Fake authorization server */
export type Endpoint =
  | 'discovery'
  | 'jwks'
  | 'token'
  | 'device_authorization'
  | 'authorize'
  | 'revoke'
  | 'introspect'
  | 'userinfo'
  | 'api'
  | 'unknown';

/** A request as it came, read to its end. @group Fake authorization server */
export interface ReceivedRequest {
  /** The place that it came to. */
  readonly endpoint: Endpoint;
  /** HTTP method. */
  readonly method: string;
  /** Full URL. */
  readonly url: URL;
  /** Request headers. */
  readonly headers: IncomingHttpHeaders;
  /** The body, as text. */
  readonly body: string;
  /** Form or JSON fields of the body; for a GET, those of the query. */
  readonly parameters: Readonly<Record<string, string>>;
}

const paths: Readonly<Record<string, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/oauth-authorization-server': 'discovery',
  '/jwks': 'jwks',
  '/token': 'token',
  '/device_authorization': 'device_authorization',
  '/authorize': 'authorize',
  '/revoke': 'revoke',
  '/introspect': 'introspect',
  '/userinfo': 'userinfo',
};

/** Reads a request whole. Everything below `/api` is the protected resource. */
export async function receive(message: IncomingMessage, base: string): Promise<ReceivedRequest> {
  const url = new URL(message.url ?? '/', base);
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const isApi = url.pathname === '/api' || url.pathname.startsWith('/api/');
  return {
    endpoint: isApi ? 'api' : (paths[url.pathname] ?? 'unknown'),
    method: message.method ?? 'GET',
    url,
    headers: message.headers,
    body,
    parameters: isApi ? {} : readParameters(message, url, body),
  };
}

function readParameters(message: IncomingMessage, url: URL, body: string): Record<string, string> {
  if (message.method === 'GET') return Object.fromEntries(url.searchParams);
  if (message.headers['content-type']?.startsWith('application/json')) return readJson(body);
  return Object.fromEntries(new URLSearchParams(body));
}

function readJson(body: string): Record<string, string> {
  try {
    return JSON.parse(body) as Record<string, string>;
  } catch {
    return {};
  }
}
