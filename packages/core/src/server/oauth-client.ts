import { lineOf, type Place } from '../platform/line.js';
import { parseUrl } from '../platform/urls.js';
import type { CoolDown } from './cool-down.js';
import { type DeviceCode, readDeviceCode } from './device-code.js';
import { DiscoveryError } from '../errors/index.js';
import { noAnswer } from './no-answer.js';
import { withRetries } from './request-retry.js';
import { revokeTokens } from './revocation.js';
import { scrubError } from '../errors/scrub.js';
import type { AskOptions, ServerConnection } from './server-connection.js';
import { readEndpointAnswer, readTokenAnswer } from './endpoint-answer.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What a token request brought. */
export interface TokenAnswer {
  /** The body as the server wrote it. */
  readonly body: Record<string, unknown>;
  /** When the request was sent, in ms since 1970: lifetimes count from here. */
  readonly sentAt: number;
  /** What is wrong with the answer beside its tokens, such as an id token that does not verify. */
  readonly problem: Error | undefined;
}

/** How many renewals at one origin hold a lock and a request at once. */
const places = 32;

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** How tokens are asked for. */
export type TokenRequestOptions = Pick<AskOptions, 'signal' | 'beforeSending' | 'dpopKey'>;

/** What an authorization server calls itself. */
export interface ServerName {
  /** The issuer, where it is known. */
  readonly name: string | undefined;
  /** Whether it promises to say so in redirects (RFC 9207 section 3). */
  readonly isPromised: boolean;
}

/** A client with all that it needs in hand: only the network can still fail. */
export class OAuthClient {
  readonly #connection: ServerConnection;
  readonly #coolDown: CoolDown;

  constructor(connection: ServerConnection, coolDown: CoolDown) {
    this.#connection = connection;
    this.#coolDown = coolDown;
  }

  /**
   * Takes a place among those who renew at this server: 32 at most in this process, one while the last word of the server
   * was a failure. A place counts for the timeout of a request and ten seconds more.
   *
   * @returns `undefined` when none is free and nobody is to `wait`
   * @throws TokenEndpointUnavailableError when the server has failed meanwhile, and is spared
   */
  async takePlace(wait: boolean): Promise<Place | undefined> {
    const line = lineOf(parseUrl(this.tokenEndpoint)?.origin ?? '');
    const limit = (): number => (this.#coolDown.isFailing ? 1 : places);
    const options = { seconds: this.#connection.settings.timeout + 10, limit };
    const place = wait ? await line.enter(options) : line.tryEnter(options);
    try {
      this.#coolDown.takeTurn();
      return place;
    } catch (error) {
      place?.leave();
      throw error;
    }
  }

  /**
   * Sends a token request, again by the option `retry`, and keeps what came before validating it.
   *
   * @throws what {@link readTokenAnswer} throws; RefreshOutcomeUnknownError or TokenEndpointUnavailableError when no
   * complete answer came.
   */
  requestTokens(
    grantType: string,
    parameters: URLSearchParams,
    options: TokenRequestOptions = {},
  ): Promise<TokenAnswer> {
    const { retry, clock } = this.#connection.settings;
    const context = { retry, grantType, clock, signal: options.signal };
    const request = (): Promise<TokenAnswer> => this.#requestOnce(grantType, parameters, options);
    if (grantType === deviceCodeGrant) return this.#coolDown.watchAnswers(request); // polled by rules of its own
    return withRetries(() => this.#coolDown.watch(request), context);
  }

  async #requestOnce(
    grantType: string,
    parameters: URLSearchParams,
    { signal, beforeSending, dpopKey }: TokenRequestOptions,
  ): Promise<TokenAnswer> {
    const secrets = this.#connection.secretsOf(parameters);
    const sentAt = this.#connection.now();
    const { answer, problem } = await this.#connection.ask(
      (openid, configuration) => openid.genericGrantRequest(configuration, grantType, parameters),
      { secrets, signal, beforeSending, dpopKey },
    );
    if (!answer) throw noAnswer(problem, grantType, secrets);
    const body = readTokenAnswer(answer, { purpose: grantType, secrets, now: this.#connection.now() });
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
    const secrets = this.#connection.secretsOf(parameters);
    const { answer, problem } = await this.#connection.ask(
      (openid, configuration) => openid.initiateDeviceAuthorization(configuration, parameters),
      { secrets, signal },
    );
    if (!answer) throw noAnswer(problem, 'device_authorization', secrets);
    return readDeviceCode(answer, { purpose: 'device_authorization', secrets, now: this.#connection.now() });
  }

  /**
   * Returns the URL that begins a login in a browser (RFC 6749 section 4.1.1). Where the server demands it, or the
   * option `pushedAuthorization` does, the parameters are sent ahead, and the URL only refers to them (RFC 9126).
   *
   * @throws DiscoveryError; for parameters that are sent ahead also what {@link readEndpointAnswer} throws
   */
  async authorizationUrl(parameters: URLSearchParams): Promise<URL> {
    const { metadata, settings } = this.#connection;
    const { pushedAuthorization = metadata.require_pushed_authorization_requests === true } = settings;
    const secrets = this.#connection.secretsOf(new URLSearchParams());
    const { answer, result, problem } = await this.#connection.ask(
      async (openid, configuration) =>
        pushedAuthorization
          ? openid.buildAuthorizationUrlWithPAR(configuration, parameters)
          : openid.buildAuthorizationUrl(configuration, parameters),
      { secrets },
    );
    if (result) return result;
    if (!answer) throw noAnswer(problem, 'authorization', secrets);
    readEndpointAnswer(answer, { purpose: 'authorization', secrets, now: this.#connection.now() });
    throw new DiscoveryError({
      message: 'The authorization server gave no request_uri for the parameters that were sent ahead (RFC 9126).',
      cause: scrubError(problem, secrets),
    });
  }

  /** What the server calls itself. */
  get issuer(): ServerName {
    const { metadata, issuer } = this.#connection;
    return {
      name: issuer,
      isPromised: metadata.authorization_response_iss_parameter_supported === true,
    };
  }

  /** Where tokens are asked for. @throws DiscoveryError */
  get tokenEndpoint(): string {
    return this.#endpoint('token_endpoint');
  }

  /** Where claims about the user are. @throws DiscoveryError */
  get userinfoEndpoint(): string {
    return this.#endpoint('userinfo_endpoint');
  }

  #endpoint(name: 'token_endpoint' | 'userinfo_endpoint'): string {
    const url = this.#connection.metadata[name];
    if (url === undefined) throw new DiscoveryError({ message: `The authorization server names no ${name}.` });
    return url;
  }

  /** Revokes tokens, where the server says how. @throws a scrubbed error when the server does not confirm it. */
  async revoke(tokens: TokenSet, signal: AbortSignal): Promise<void> {
    if (this.#connection.metadata.revocation_endpoint === undefined) return;
    await revokeTokens(this.#connection, tokens, signal);
  }

  /** Asks about a token (RFC 7662). @throws what {@link readEndpointAnswer} throws; DiscoveryError */
  async introspect(
    token: string,
    hint: 'refresh_token' | 'access_token',
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const secrets = [token, ...this.#connection.secretsOf(new URLSearchParams())];
    const { answer, problem } = await this.#connection.ask(
      (openid, configuration) => openid.tokenIntrospection(configuration, token, { token_type_hint: hint }),
      { secrets, signal },
    );
    if (!answer) throw noAnswer(problem, 'introspection', secrets);
    return readEndpointAnswer(answer, { purpose: 'introspection', secrets, now: this.#connection.now() });
  }
}

function stringsOf(body: Record<string, unknown>): string[] {
  return Object.values(body).filter((value) => typeof value === 'string');
}
