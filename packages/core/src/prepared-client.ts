import type { AuthFlowOptions } from './auth-flow-options.js';
import { type DeviceCode, readDeviceCode } from './device-code.js';
import { clientAuthentication } from './client-authentication.js';
import { causesOf } from './error-causes.js';
import { AuthFlowError, DiscoveryError, RefreshOutcomeUnknownError, TokenEndpointUnavailableError } from './errors.js';
import { asResponse, exchange, type HttpAnswer, NoAnswerError, requestInit } from './http-exchange.js';
import type { Configuration, OpenidClient, ServerMetadata } from './openid.js';
import { scrubError } from './secrets.js';
import { readObject, readTokenAnswer } from './token-endpoint-answer.js';

/** What a token request brought. */
export interface TokenAnswer {
  /** The body as the server wrote it. */
  readonly body: Record<string, unknown>;
  /** When the request was sent, in ms since 1970: lifetimes count from here. */
  readonly sentAt: number;
  /** What is wrong with the answer beside its tokens, such as an id token that does not verify. */
  readonly problem: Error | undefined;
}

/** A client with all that it needs in hand: only the network can still fail. */
export class PreparedClient {
  readonly #openid: OpenidClient;
  readonly #metadata: ServerMetadata;
  readonly #secret: string | undefined;
  readonly #options: AuthFlowOptions;
  readonly #now: () => number;

  constructor(
    openid: OpenidClient,
    metadata: ServerMetadata,
    secret: string | undefined,
    options: AuthFlowOptions,
    now: () => number,
  ) {
    this.#openid = openid;
    this.#metadata = metadata;
    this.#secret = secret;
    this.#options = options;
    this.#now = now;
  }

  /**
   * Sends a token request and keeps what came before validating it.
   *
   * @param beforeSending - called at the last moment; what it throws stops the request
   * @throws what {@link readTokenAnswer} throws; RefreshOutcomeUnknownError or TokenEndpointUnavailableError when no
   * complete answer came.
   */
  async requestTokens(
    grantType: string,
    parameters: URLSearchParams,
    { signal, beforeSending }: { signal?: AbortSignal | undefined; beforeSending?: () => void } = {},
  ): Promise<TokenAnswer> {
    const secrets = this.#secretsOf(parameters);
    const sentAt = this.#now();
    let answer: HttpAnswer | undefined;
    let problem: unknown;
    try {
      const configuration = this.#configure((got) => (answer = got), secrets, signal, beforeSending);
      await this.#openid.genericGrantRequest(configuration, grantType, parameters);
    } catch (error) {
      problem = error;
    }
    signal?.throwIfAborted();
    if (!answer) throw noAnswer(problem, grantType, secrets);
    const body = readTokenAnswer(answer, { grantType, secrets, now: this.#now() });
    return {
      body,
      sentAt,
      problem: problem === undefined ? undefined : scrubError(problem, [...secrets, ...stringsOf(body)]),
    };
  }

  /**
   * Asks for a device code (RFC 8628 section 3.1).
   *
   * @throws DeviceCodeRequestError, TokenEndpointUnavailableError, DiscoveryError
   */
  async requestDeviceCode(parameters: URLSearchParams, signal?: AbortSignal): Promise<DeviceCode> {
    const secrets = this.#secretsOf(parameters);
    let answer: HttpAnswer | undefined;
    let problem: unknown;
    try {
      const configuration = this.#configure((got) => (answer = got), secrets, signal);
      await this.#openid.initiateDeviceAuthorization(configuration, parameters);
    } catch (error) {
      problem = error;
    }
    signal?.throwIfAborted();
    if (!answer) throw noAnswer(problem, 'device_authorization', secrets);
    return readDeviceCode(answer, secrets, this.#now());
  }

  /** Whether the server says where tokens are revoked. */
  get canRevoke(): boolean {
    return this.#metadata.revocation_endpoint !== undefined;
  }

  /** Revokes a token (RFC 7009). @throws a scrubbed error when the server does not confirm it. */
  async revoke(token: string, hint: 'refresh_token' | 'access_token', signal: AbortSignal): Promise<void> {
    const secrets = [token, ...this.#secretsOf(new URLSearchParams())];
    try {
      const configuration = this.#configure(() => undefined, secrets, signal);
      await this.#openid.tokenRevocation(configuration, token, { token_type_hint: hint });
    } catch (error) {
      throw scrubError(error, secrets);
    }
  }

  #configure(
    keep: (answer: HttpAnswer) => void,
    secrets: string[],
    signal: AbortSignal | undefined,
    beforeSending?: () => void,
  ): Configuration {
    const openid = this.#openid;
    const clockSkew = Math.round((this.#now() - Date.now()) / 1000);
    const configuration = new openid.Configuration(
      this.#metadata,
      this.#options.clientId,
      { [openid.clockSkew]: clockSkew },
      clientAuthentication(openid, this.#options, this.#secret),
    );
    openid.allowInsecureRequests(configuration); // loopback; every URL has been through secureUrl
    configuration[openid.customFetch] = async (url, init) => {
      const headers = new Headers(init.headers);
      const authorization = headers.get('authorization');
      if (authorization !== null) secrets.push(authorization.replace(/^\w+ /, ''));
      const { fetch = globalThis.fetch, timeout = 20 } = this.#options;
      beforeSending?.();
      const answer = await exchange(fetch, url, requestInit(init, this.#options.headers), { timeout, signal });
      keep(answer);
      return asResponse(this.#options.server && !this.#options.server.issuer ? withoutIdToken(answer) : answer);
    };
    return configuration;
  }

  #secretsOf(parameters: URLSearchParams): string[] {
    const open = new Set(['grant_type', 'client_id', 'scope', 'audience', 'resource', 'token_type_hint']);
    const sent = [...parameters].filter(([name]) => !open.has(name)).map(([, value]) => value);
    return this.#secret === undefined ? sent : [...sent, this.#secret];
  }
}

function noAnswer(problem: unknown, grantType: string, secrets: readonly string[]): AuthFlowError {
  const failure = findFailure(problem);
  if (failure instanceof AuthFlowError) return failure;
  const cause = scrubError(failure ?? problem, secrets);
  if (!failure) return new DiscoveryError({ message: `The request could not be made: ${cause.message}`, cause });
  if (failure.mayHaveArrived && grantType === 'refresh_token') return new RefreshOutcomeUnknownError({ cause });
  return new TokenEndpointUnavailableError({
    message: `The authorization server gave no answer: ${cause.message}`,
    cause,
  });
}

/** openid-client wraps some failures of a custom fetch. */
function findFailure(problem: unknown): AuthFlowError | NoAnswerError | undefined {
  for (const error of causesOf(problem)) {
    if (error instanceof NoAnswerError || error instanceof AuthFlowError) return error;
  }
  return undefined;
}

/** Without an issuer to compare with, an id token cannot be checked, so it is not shown to the checks. */
function withoutIdToken(answer: HttpAnswer): HttpAnswer {
  const { id_token, ...body } = readObject(answer.text) ?? {};
  return id_token === undefined ? answer : { ...answer, text: JSON.stringify(body) };
}

function stringsOf(body: Record<string, unknown>): string[] {
  return Object.values(body).filter((value) => typeof value === 'string');
}
