import { lazyPart } from '../platform/lazy-part.js';
import { lineOf, type Place, type PlaceOptions } from '../platform/line.js';
import { parseUrl } from '../platform/urls.js';
import type { CoolDown } from './cool-down.js';
import type { DeviceCode } from './device-code.js';
import { noAnswer } from './no-answer.js';
import { withRetries } from './requests/request-retry.js';
import { scrubError } from '../errors/scrub.js';
import type { AskOptions } from './requests/request-sender.js';
import type { ServerConnection, ServerName } from './server-connection.js';
import { namedTexts } from './answers/answer-body.js';
import { type ReadAnswer, readTranslated } from './answers/token-answer.js';
import type { ShapedRequest } from './shaped-request.js';
import type { TokenSet } from '../tokens/token-set.js';
import { endpointOf } from './discovery/endpoint-of.js';

/** What a renewal does without. */
const loadDeviceCodeRequest = lazyPart(() => import('./device-code-request.js'));
const loadAuthorizationUrl = lazyPart(() => import('./authorization-url.js'));
const loadIntrospection = lazyPart(() => import('./introspection.js'));
const loadRevocation = lazyPart(() => import('./revocation.js'));

/** What a token request brought. Its problem may be an id token that does not verify. */
export interface ReceivedTokens extends ReadAnswer {
  /** When the request was sent, in ms since 1970: lifetimes count from here. */
  readonly sentAt: number;
}

/** How many renewals at one origin hold a lock and a request at once. */
const places = 32;

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** How tokens are asked for. */
export type TokenRequestOptions = Pick<AskOptions, 'signal' | 'beforeSending' | 'dpopKey'>;

/** A client with all that it needs in hand: only the network can still fail. */
export class OAuthClient {
  readonly #connection: ServerConnection;
  readonly #coolDown: CoolDown;
  readonly #place: PlaceOptions;

  constructor(connection: ServerConnection, coolDown: CoolDown) {
    this.#connection = connection;
    this.#coolDown = coolDown;
    const limit = (): number => (coolDown.isFailing ? 1 : places);
    this.#place = { seconds: connection.settings.timeout + 10, limit };
  }

  /**
   * Takes a place among those who renew at this server: 32 at most in this process, one while the last word of the server
   * was a failure. A place counts for the timeout of a request and ten seconds more.
   *
   * @returns `undefined` when none is free and nobody is to `wait`
   * @throws TokenEndpointUnavailableError when the server has failed meanwhile, and is spared
   */
  takePlace(wait: boolean, standing: { isInLine: boolean }): Promise<Place | undefined> {
    const line = lineOf(parseUrl(this.tokenEndpoint)?.origin ?? '');
    standing.isInLine = wait;
    const free = wait ? line.enter(this.#place) : Promise.resolve(line.tryEnter(this.#place));
    return free.then((place) => this.#takeTurn(place, standing)); // an async method takes twice the memory while many wait
  }

  #takeTurn(place: Place | undefined, standing: { isInLine: boolean }): Place | undefined {
    standing.isInLine = false;
    try {
      this.#coolDown.takeTurn();
      return place;
    } catch (error) {
      place?.leave();
      throw error;
    }
  }

  /** Brings a token request into the form that the server wants. @throws TypeError when the dialect fails */
  shape(grantType: string, parameters: URLSearchParams): ShapedRequest {
    return this.#connection.shape(grantType, new URLSearchParams([...parameters, ['grant_type', grantType]]));
  }

  /**
   * Sends a token request, again by the option `retry`, and keeps what came before validating it.
   *
   * @throws what {@link readTranslated} throws; RefreshOutcomeUnknownError or TokenEndpointUnavailableError when no
   * complete answer came.
   */
  requestTokens(grantType: string, request: ShapedRequest, options: TokenRequestOptions = {}): Promise<ReceivedTokens> {
    const { retry, clock } = this.#connection.settings;
    const ask = (): Promise<ReceivedTokens> => this.#requestOnce(grantType, request, options);
    if (grantType === deviceCodeGrant) return this.#coolDown.watchAnswers(ask); // polled by rules of its own
    return withRetries(() => this.#coolDown.watch(ask), { retry, grantType, clock, signal: options.signal });
  }

  async #requestOnce(purpose: string, request: ShapedRequest, options: TokenRequestOptions): Promise<ReceivedTokens> {
    const secrets = this.#connection.secretsOf(request);
    const sentAt = this.#connection.now();
    const asked = await this.#connection.askForTokens({ ...options, purpose, request, secrets });
    const { translated, problem } = asked;
    if (!translated) throw noAnswer(problem, purpose, secrets);
    const read = readTranslated(translated, this.#connection.questionOf(purpose, secrets), {
      sentAt,
      dpopKey: options.dpopKey,
    });
    const wrong =
      problem === undefined
        ? undefined
        : scrubError(problem, [...secrets, ...namedTexts(read.body).map(({ value }) => value)]);
    return { ...read, sentAt, problem: read.problem ?? wrong };
  }

  /**
   * Asks for a device code (RFC 8628 section 3.1).
   *
   * @throws DeviceCodeRequestError, TokenEndpointUnavailableError, DiscoveryError
   */
  async requestDeviceCode(parameters: URLSearchParams, signal?: AbortSignal): Promise<DeviceCode> {
    return (await loadDeviceCodeRequest()).requestDeviceCode(this.#connection, parameters, signal);
  }

  /**
   * Returns the URL that begins a login in a browser (RFC 6749 section 4.1.1). Where the server demands it, or the
   * option `pushedAuthorization` does, the parameters are sent ahead, and the URL only refers to them (RFC 9126).
   *
   * @throws DiscoveryError; for parameters that are sent ahead also as `readEndpointAnswer`
   */
  async authorizationUrl(parameters: URLSearchParams): Promise<URL> {
    return (await loadAuthorizationUrl()).authorizationUrl(this.#connection, parameters);
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
    return endpointOf(this.#connection, 'token_endpoint');
  }
  /** Where claims about the user are. @throws DiscoveryError */
  get userinfoEndpoint(): string {
    return endpointOf(this.#connection, 'userinfo_endpoint');
  }

  /** Revokes tokens, where the server says how. @throws a scrubbed error when the server does not confirm it. */
  async revoke(tokens: TokenSet, signal: AbortSignal): Promise<void> {
    if (this.#connection.metadata.revocation_endpoint === undefined) return;
    await (await loadRevocation()).revokeTokens(this.#connection, tokens, signal);
  }

  /** Asks about a token (RFC 7662). @throws as `readEndpointAnswer`; DiscoveryError */
  async introspect(
    token: string,
    hint: 'refresh_token' | 'access_token',
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    return (await loadIntrospection()).introspect(this.#connection, token, hint, signal);
  }
}
