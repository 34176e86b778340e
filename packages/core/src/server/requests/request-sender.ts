import type { DpopKey } from '../../crypto/dpop-proof.js';
import { loadDpopProof } from '../../crypto/load-dpop-proof.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { translate, type TranslatedAnswer } from '../answers/translated-answer.js';
import { exchange, type HttpAnswer, requestInit, secretHeaders } from '../http-exchange.js';
import type { ShapedRequest } from '../shaped-request.js';
import { formAsJson, type RequestForm } from './request-form.js';

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

/** Sends requests to a server as its dialect has them, and notes what the next ones need. */
export class RequestSender {
  readonly #settings: FlowSettings;
  readonly #nonces: Map<string, string>;

  /** @param nonces - the last nonce that each origin gave for proofs (RFC 9449 section 8.2) */
  constructor(settings: FlowSettings, nonces: Map<string, string>) {
    this.#settings = settings;
    this.#nonces = nonces;
  }

  /** Sends one request. @throws as `exchange`; what `beforeSending` throws */
  async send(url: string, init: RequestForm, asking: AskOptions): Promise<TranslatedAnswer> {
    const { fetch, timeout, headers, dialect } = this.#settings;
    const { request: shaped, signal, secrets } = asking;
    const form = await this.#proven(url, shaped?.isJson ? formAsJson(init) : init, asking);
    const request = requestInit(form, shaped?.headers ?? headers);
    secrets.push(...secretHeaders(request.headers));
    const assertion = init.body instanceof URLSearchParams ? init.body.get('client_assertion') : null;
    if (assertion !== null) secrets.push(assertion);
    asking.beforeSending?.();
    const answer = await exchange(fetch, url, request, { timeout, signal });
    this.#noteNonce(url, answer);
    return translate(dialect, asking.purpose, answer);
  }

  async #proven(url: string, init: RequestForm, { dpopKey }: AskOptions): Promise<RequestForm> {
    if (!dpopKey) return init;
    const { proveDpop } = await loadDpopProof();
    const nonce = this.#nonces.get(new URL(url).origin);
    const target = { method: init.method ?? 'GET', url, now: this.#settings.clock.now(), nonce };
    return { ...init, headers: { ...init.headers, dpop: await proveDpop(dpopKey, target) } };
  }

  #noteNonce(url: string, { headers }: HttpAnswer): void {
    const nonce = headers.get('dpop-nonce');
    if (nonce !== null) this.#nonces.set(new URL(url).origin, nonce);
  }
}
