import { TokenEndpointUnavailableError } from '../errors/index.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { throwIfAborted } from '../platform/on-abort.js';
import type { ClientProof } from './requests/own-proof.js';
import { asResponse, type HttpAnswer, isSuccess } from './http-exchange.js';
import {
  type Configuration,
  loadOpenidClient,
  type OpenidClient,
  type ServerMetadata,
} from './openid/load-openid-client.js';
import { inStandardForm, readObject, withoutIdToken } from './answers/answer-body.js';
import { isPlainAnswer } from './answers/plain-answer.js';
import type { TranslatedAnswer } from './answers/translated-answer.js';
import { ownTokenRequest } from './requests/own-token-request.js';
import type { RequestForm } from './requests/request-form.js';
import { type AskOptions, RequestSender } from './requests/request-sender.js';
import type { Question } from './endpoint-answer.js';
import { shapeRequest, type ShapedRequest } from './shaped-request.js';

const isOpen = /^(client_id|scope|audience|resource|prompt|\w+_(type|type_hint|uri|method|mode))$/;

/** What requests are made with. */
export interface ConnectionParts {
  readonly metadata: ServerMetadata;
  readonly proof: ClientProof;
  readonly settings: FlowSettings;
  /** The last nonce that each origin gave for proofs (RFC 9449 section 8.2). */
  readonly nonces: Map<string, string>;
}

/** What an authorization server calls itself. */
export interface ServerName {
  /** Where it is known. */
  readonly name: string | undefined;
  /** Whether it promises to say so in redirects (RFC 9207 section 3). */
  readonly isPromised: boolean;
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
  readonly #sender: RequestSender;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#sender = new RequestSender(parts.settings, parts.nonces);
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

  /**
   * Asks for tokens, in one request. The protocol library makes it where it is needed for that; else it judges the answer, as
   * soon as that holds more than it would let pass. Throws only what `signal` says.
   */
  async askForTokens(options: AskOptions & { readonly request: ShapedRequest }): Promise<Asked<unknown>> {
    const { purpose, request, dpopKey } = options;
    const call: ProtocolCall<unknown> = (openid, configuration) =>
      openid.genericGrantRequest(configuration, purpose, request.form);
    const own = dpopKey ? undefined : ownTokenRequest(this.#parts, request);
    if (!own) return this.ask(call, options);
    let translated: TranslatedAnswer | undefined;
    let problem: unknown;
    try {
      translated = await this.#sender.send(own.url, own.init, options);
    } catch (error) {
      problem = error;
    }
    throwIfAborted(options.signal);
    const isToBeJudged = translated && isSuccess(translated.answer.status) && !this.#isPlain(translated);
    if (isToBeJudged) return this.#askOnce(call, options, translated);
    return { answer: translated?.answer, translated, result: undefined, problem };
  }

  /** With an answer that has `come`, nothing is sent: the library judges that. */
  async #askOnce<T>(call: ProtocolCall<T>, options: AskOptions, come?: TranslatedAnswer): Promise<Asked<T>> {
    let translated = come;
    let result: T | undefined;
    let problem: unknown;
    try {
      const openid = await loadOpenidClient();
      const send = async (url: string, init: RequestForm): Promise<Response> => {
        translated ??= await this.#sender.send(url, init, options);
        return asResponse(this.#shown(translated));
      };
      const parts = { ...this.#parts, issuer: this.issuer, request: options.request };
      result = await call(openid, openid.configure(parts, send));
    } catch (error) {
      problem = come ? unchecked(error) : error;
    }
    throwIfAborted(options.signal);
    return { answer: translated?.answer, translated, result, problem };
  }

  /** Brings a request into the form that the server wants. @throws TypeError when the dialect fails */
  shape(purpose: string, form: URLSearchParams): ShapedRequest {
    return shapeRequest(this.settings, purpose, form);
  }

  /** What an answer is read by. */
  questionOf(purpose: string, secrets: readonly string[]): Question {
    return { purpose, secrets, now: this.now(), deadRefreshToken: this.settings.dialect?.deadRefreshToken };
  }

  /** Returns what of a request is secret, and the client's own secret. */
  secretsOf({ form, fields }: Partial<ShapedRequest> = {}): string[] {
    const { secret } = this.#parts.proof;
    const told = new Set([...(form ?? [])].filter(([name]) => isOpen.test(name)).map(([, value]) => value));
    const sent = [...(form ?? []), ...(fields ?? [])].filter(([name, value]) => !isOpen.test(name) && !told.has(value));
    const secrets = sent.map(([, value]) => value).filter((value) => value !== this.settings.clientId);
    return secret === undefined ? secrets : [...secrets, secret];
  }

  /** Whether the protocol library would find no fault. An answer that is plain as it came is not put into standard form first. */
  #isPlain(translated: TranslatedAnswer): boolean {
    return isPlainAnswer(translated.answer) || isPlainAnswer(this.#shown(translated));
  }

  /** What the protocol library is shown of an answer. */
  #shown({ answer }: TranslatedAnswer): HttpAnswer {
    const standard = inStandardForm(answer);
    return this.issuer === undefined ? withoutIdToken(standard) : standard;
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

/** What kept the library from being loaded says that nothing was sent, and here something was. */
function unchecked(error: unknown): unknown {
  if (!(error instanceof TokenEndpointUnavailableError)) return error;
  return new Error('The tokens came, but what came with them could not be checked.', { cause: error.cause });
}

/** Whether the server refused a proof only because its nonce is missing or old (RFC 9449 section 8). */
function wantsNonce({ status, headers, text }: HttpAnswer): boolean {
  const isRefusal = status === 400 || status === 401;
  return isRefusal && headers.has('dpop-nonce') && readObject(text)?.['error'] === 'use_dpop_nonce';
}
