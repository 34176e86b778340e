import type { AuthFlowOptions } from './auth-flow-options.js';
import { clientAuthentication, type ClientProof } from './client-authentication.js';
import { asResponse, exchange, type HttpAnswer, requestInit } from './http-exchange.js';
import type { Configuration, OpenidClient, ServerMetadata } from './openid.js';
import { readObject } from './token-endpoint-answer.js';

/** What requests are made with. */
export interface ConnectionParts {
  readonly openid: OpenidClient;
  readonly metadata: ServerMetadata;
  readonly proof: ClientProof;
  readonly options: AuthFlowOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How a request is to be made. */
export interface AskOptions {
  /** What the request holds of secrets; those that are added to it are added here. */
  readonly secrets: string[];
  readonly signal?: AbortSignal | undefined;
  /** Called at the last moment; what it throws stops the request. */
  readonly beforeSending?: (() => void) | undefined;
  /** Sends the fields of the form as JSON. */
  readonly asJson?: boolean;
}

/** What a request came to: the answer as it was, and what the protocol library says of it. */
export interface Asked<T> {
  readonly answer: HttpAnswer | undefined;
  readonly result: T | undefined;
  readonly problem: unknown;
}

/** Lets the protocol library make one request, and keeps the answer before the library judges it. */
export class ServerConnection {
  readonly #parts: ConnectionParts;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get metadata(): ServerMetadata {
    return this.#parts.metadata;
  }
  get openid(): OpenidClient {
    return this.#parts.openid;
  }
  get options(): AuthFlowOptions {
    return this.#parts.options;
  }
  /** Milliseconds since 1970. */
  now(): number {
    return this.#parts.now();
  }

  /** Makes the request that `call` describes. Throws only what `signal` says. */
  async ask<T>(call: (configuration: Configuration) => Promise<T>, options: AskOptions): Promise<Asked<T>> {
    let answer: HttpAnswer | undefined;
    let result: T | undefined;
    let problem: unknown;
    try {
      result = await call(this.configure((got) => (answer = got), options));
    } catch (error) {
      problem = error;
    }
    options.signal?.throwIfAborted();
    return { answer, result, problem };
  }

  /** Returns what of these form fields is secret, and the client's own secret. */
  secretsOf(form: URLSearchParams): string[] {
    const { secret } = this.#parts.proof;
    const open = new Set(['grant_type', 'client_id', 'scope', 'audience', 'resource', 'token_type_hint']);
    const sent = [...form].filter(([name]) => !open.has(name)).map(([, value]) => value);
    return secret === undefined ? sent : [...sent, secret];
  }

  /** Configures the protocol library for one request. */
  configure(keep: (answer: HttpAnswer) => void, asking: AskOptions): Configuration {
    const { openid, metadata, proof, options, now } = this.#parts;
    const { fetch = globalThis.fetch, timeout = 20, headers: extra, server, clientAuthentication: method } = options;
    const usesTls = method?.endsWith('tls_client_auth') ?? false;
    const configuration = new openid.Configuration(
      metadata,
      options.clientId,
      {
        [openid.clockSkew]: Math.round((now() - Date.now()) / 1000),
        ...(usesTls && { use_mtls_endpoint_aliases: true }),
      },
      clientAuthentication(openid, options, proof),
    );
    openid.allowInsecureRequests(configuration); // loopback; every URL has been through secureUrl
    configuration[openid.customFetch] = async (url, init) => {
      noteSecrets(new Headers(init.headers), init.body, asking.secrets);
      asking.beforeSending?.();
      const request = requestInit(asking.asJson ? formAsJson(init) : init, extra);
      const answer = await exchange(fetch, url, request, { timeout, signal: asking.signal });
      keep(answer);
      return asResponse(server && !server.issuer ? withoutIdToken(answer) : answer);
    };
    return configuration;
  }
}

function noteSecrets(headers: Headers, body: unknown, secrets: string[]): void {
  const authorization = headers.get('authorization');
  if (authorization !== null) secrets.push(authorization.replace(/^\w+ /, ''));
  const assertion = body instanceof URLSearchParams ? body.get('client_assertion') : null;
  if (assertion !== null) secrets.push(assertion);
}

function formAsJson(init: { body?: unknown; headers?: object }): object {
  const fields = Object.fromEntries(init.body instanceof URLSearchParams ? init.body : []);
  return { ...init, body: JSON.stringify(fields), headers: { ...init.headers, 'content-type': 'application/json' } };
}

/** Without an issuer to compare with, an id token cannot be checked, so it is not shown to the checks. */
function withoutIdToken(answer: HttpAnswer): HttpAnswer {
  const { id_token, ...body } = readObject(answer.text) ?? {};
  return id_token === undefined ? answer : { ...answer, text: JSON.stringify(body) };
}
