import type { FlowSettings } from '../options/flow-settings.js';
import { clientAuthentication, type ClientProof } from './client-authentication.js';
import { asResponse, exchange, type HttpAnswer, requestInit } from './http-exchange.js';
import { type DpopKey, proveDpop } from '../crypto/dpop-proof.js';
import { type Configuration, loadOpenidClient, type OpenidClient, type ServerMetadata } from './load-openid-client.js';

import { inStandardForm, readObject, withoutIdToken } from './answers/answer-body.js';
import { translate, type TranslatedAnswer } from './answers/translated-answer.js';
import { formAsJson, type RequestForm, withFields } from './request-form.js';
import { shapeRequest, type ShapedRequest } from './shaped-request.js';

/** What requests are made with. */
export interface ConnectionParts {
  readonly metadata: ServerMetadata;
  readonly proof: ClientProof;
  readonly settings: FlowSettings;
  /** The last nonce that each origin gave for proofs (RFC 9449 section 8.2). */
  readonly nonces: Map<string, string>;
}

/** How a request is to be made. */
export interface AskOptions {
  /** What it is for, as the dialect names it. */
  readonly purpose: string;
  /** What the request holds of secrets; those that are added to it are added here. */
  readonly secrets: string[];
  readonly signal?: AbortSignal | undefined;
  /** Called at the last moment; what it throws stops the request. */
  readonly beforeSending?: (() => void) | undefined;
  /** What is asked, in the form that the server wants. */
  readonly request?: ShapedRequest | undefined;
  /** Proves that whoever asks holds this key (RFC 9449). */
  readonly dpopKey?: DpopKey | undefined;
}

/** What a request came to: the answer, and what the protocol library says of it. */
export interface Asked<T> {
  readonly answer: HttpAnswer | undefined;
  readonly translated: TranslatedAnswer | undefined;
  readonly result: T | undefined;
  readonly problem: unknown;
}

/** One request, as the protocol library makes it. */
export type ProtocolCall<T> = (openid: OpenidClient, configuration: Configuration) => Promise<T>;

/** Lets the protocol library make one request, and keeps the answer before the library judges it. */
export class ServerConnection {
  readonly #parts: ConnectionParts;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get metadata(): ServerMetadata {
    return this.#parts.metadata;
  }
  get settings(): FlowSettings {
    return this.#parts.settings;
  }
  /** As {@link issuerOf}. */
  get issuer(): string | undefined {
    return issuerOf(this.#parts);
  }
  /** Milliseconds since 1970. */
  now(): number {
    return this.settings.clock.now();
  }

  /**
   * Makes the request that `call` describes; all of it once more where the server wants its nonce in the proof, since it
   * may have noted an assertion of the client as used (RFC 9449 section 8). Throws only what `signal` says.
   */
  async ask<T>(call: ProtocolCall<T>, options: AskOptions): Promise<Asked<T>> {
    const asked = await this.#askOnce(call, options);
    const { answer, raw = answer } = asked.translated ?? {};
    const isRefused = options.dpopKey && raw && wantsNonce(raw);
    return isRefused ? this.#askOnce(call, options) : asked;
  }

  async #askOnce<T>(call: ProtocolCall<T>, options: AskOptions): Promise<Asked<T>> {
    let translated: TranslatedAnswer | undefined;
    let result: T | undefined;
    let problem: unknown;
    try {
      const openid = await loadOpenidClient();
      result = await call(
        openid,
        this.#configure(openid, (got) => (translated = got), options),
      );
    } catch (error) {
      problem = error;
    }
    options.signal?.throwIfAborted();
    return { answer: translated?.answer, translated, result, problem };
  }

  /** Brings a request into the form that the server wants. @throws TypeError when the dialect fails */
  shape(purpose: string, form: URLSearchParams): ShapedRequest {
    return shapeRequest(this.settings, purpose, form);
  }

  /** Returns what of a request is secret, and the client's own secret. */
  secretsOf({ form, fields }: Partial<ShapedRequest> = {}): string[] {
    const { secret } = this.#parts.proof;
    const open = new Set(['grant_type', 'client_id', 'scope', 'audience', 'resource', 'token_type_hint']);
    const told = new Set([...(form ?? [])].filter(([name]) => open.has(name)).map(([, value]) => value));
    const sent = [...(form ?? []), ...(fields ?? [])].filter(([name, value]) => !open.has(name) && !told.has(value));
    const secrets = sent.map(([, value]) => value).filter((value) => value !== this.settings.clientId);
    return secret === undefined ? secrets : [...secrets, secret];
  }

  /** Configures the protocol library for one request. */
  #configure(openid: OpenidClient, keep: (answer: TranslatedAnswer) => void, asking: AskOptions): Configuration {
    const { metadata, proof, settings } = this.#parts;
    const { fetch, timeout, clientAuthentication: method } = settings;
    const { request: shaped } = asking;
    const { token_endpoint_auth_methods_supported: methods } = metadata;
    const assertedTo = this.issuer ?? metadata.token_endpoint;
    const usesTls = method?.endsWith('tls_client_auth') ?? false;
    const configuration = new openid.Configuration(
      metadata,
      settings.clientId,
      {
        [openid.clockSkew]: Math.round((this.now() - Date.now()) / 1000),
        ...(usesTls && { use_mtls_endpoint_aliases: true }),
      },
      withFields(shaped, clientAuthentication(openid, settings, proof, assertedTo, methods)),
    );
    openid.allowInsecureRequests(configuration); // loopback; every URL has been through secureUrl
    configuration[openid.customFetch] = async (url, init) => {
      noteSecrets(new Headers(init.headers), init.body, asking.secrets);
      const form = await this.#proven(url, shaped?.isJson ? formAsJson(init) : init, asking);
      const request = requestInit(form, shaped?.headers ?? settings.headers);
      asking.beforeSending?.();
      const answer = await exchange(fetch, url, request, { timeout, signal: asking.signal });
      this.#noteNonce(url, answer);
      const translated = translate(settings.dialect, asking.purpose, answer);
      keep(translated);
      const standard = inStandardForm(translated.answer);
      return asResponse(this.issuer === undefined ? withoutIdToken(standard) : standard);
    };
    return configuration;
  }

  async #proven(url: string, init: RequestForm, { dpopKey }: AskOptions): Promise<RequestForm> {
    if (!dpopKey) return init;
    const nonce = this.#parts.nonces.get(new URL(url).origin);
    const target = { method: init.method ?? 'GET', url, now: this.now(), nonce };
    return { ...init, headers: { ...init.headers, dpop: await proveDpop(dpopKey, target) } };
  }

  #noteNonce(url: string, { headers }: HttpAnswer): void {
    const nonce = headers.get('dpop-nonce');
    if (nonce !== null) this.#parts.nonces.set(new URL(url).origin, nonce);
  }
}

/**
 * What a server calls itself; `undefined` where that is not known, as with Microsoft's `{tenantid}`, which stands for the
 * tenant of whoever logs in.
 */
export function issuerOf({ settings, metadata }: Pick<ConnectionParts, 'settings' | 'metadata'>): string | undefined {
  const isKnown = !settings.server || settings.server.issuer !== undefined;
  return isKnown && !metadata.issuer.includes('{tenantid}') ? metadata.issuer : undefined;
}

function noteSecrets(headers: Headers, body: unknown, secrets: string[]): void {
  const authorization = headers.get('authorization');
  if (authorization !== null) secrets.push(authorization.replace(/^\w+ /, ''));
  const assertion = body instanceof URLSearchParams ? body.get('client_assertion') : null;
  if (assertion !== null) secrets.push(assertion);
}

/** Whether the server refused a proof only because its nonce is missing or old (RFC 9449 section 8). */
function wantsNonce({ status, headers, text }: HttpAnswer): boolean {
  const isRefusal = status === 400 || status === 401;
  return isRefusal && headers.has('dpop-nonce') && readObject(text)?.['error'] === 'use_dpop_nonce';
}
