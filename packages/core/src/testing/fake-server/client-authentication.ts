import { readJwtClaims } from '../../crypto/jwt.js';
import { Refusal } from './answer.js';
import type { ReceivedRequest } from './received-request.js';

/** A client that the server knows. @group Fake authorization server */
export interface FakeClient {
  /** Without it the client is public. */
  readonly secret?: string | undefined;
  /** The methods that it may use. Default: any that carries its secret, or `none` for a public client. */
  readonly authentication?: readonly AuthenticationMethod[] | undefined;
}

/**
 * How a client said who it is (RFC 6749 section 2.3, RFC 7523 section 2.2). Assertions are noted, not verified.
 *
 * @group Fake authorization server
 */
export type AuthenticationMethod =
  'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'client_secret_jwt' | 'none';

/** Who sent a request. */
export interface ClientCredentials {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly method: AuthenticationMethod;
  /** In which spelling Basic credentials came; `either` when the two do not differ. */
  readonly basicEncoding?: 'rfc6749' | 'raw' | 'either';
}

type Clients = Readonly<Record<string, FakeClient>> | undefined;

/** Reads who sent the request; throws nothing. */
export function readClient({ headers, parameters }: ReceivedRequest, clients: Clients): ClientCredentials {
  const basic = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined) return readBasic(Buffer.from(basic, 'base64').toString(), clients);
  const { client_id, client_secret, client_assertion } = parameters;
  if (client_assertion !== undefined) return readAssertion(client_assertion, client_id);
  const method = client_secret === undefined ? 'none' : 'client_secret_post';
  return { id: client_id, secret: client_secret, method };
}

/** Refuses, as `invalid_client`, whoever is not on the list or did not prove it. */
export function checkClient(client: ClientCredentials, clients: Clients): void {
  if (client.id === undefined) throw new Refusal('invalid_client', 401, 'No client_id was given.');
  if (!clients) return;
  const known = clients[client.id];
  if (!known) throw new Refusal('invalid_client', 401, 'The client is unknown.');
  const withAssertion = client.method === 'private_key_jwt' || client.method === 'client_secret_jwt';
  const allowed = known.authentication ?? (known.secret === undefined ? ['none', 'private_key_jwt'] : undefined);
  if (allowed && !allowed.includes(client.method)) {
    throw new Refusal('invalid_client', 401, `The client may not use ${client.method}.`);
  }
  if (!withAssertion && client.secret !== known.secret) {
    throw new Refusal('invalid_client', 401, 'The client secret is wrong.');
  }
}

function readBasic(text: string, clients: Clients): ClientCredentials {
  const [rawId = '', rawSecret = ''] = splitAtColon(text);
  const raw = { id: rawId, secret: rawSecret, method: 'client_secret_basic' } as const;
  const decoded = { ...raw, id: decodeForm(rawId), secret: decodeForm(rawSecret) };
  if (raw.id === decoded.id && raw.secret === decoded.secret) return { ...raw, basicEncoding: 'either' };
  const isRaw = clients?.[raw.id]?.secret === raw.secret;
  return isRaw ? { ...raw, basicEncoding: 'raw' } : { ...decoded, basicEncoding: 'rfc6749' };
}

function readAssertion(assertion: string, clientId: string | undefined): ClientCredentials {
  const subject = readJwtClaims(assertion)?.['sub'];
  const header = Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString();
  return {
    id: clientId ?? (typeof subject === 'string' ? subject : undefined),
    secret: undefined,
    method: /"alg"\s*:\s*"HS/.test(header) ? 'client_secret_jwt' : 'private_key_jwt',
  };
}

function splitAtColon(text: string): string[] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
