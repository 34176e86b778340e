import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestClock } from '@latchkey/core/testing';

/** A request as it came. */
export interface TwinRequest {
  /** Host and path, such as `github.com/login/device/code`. */
  readonly at: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface TwinAnswer {
  readonly status?: number;
  readonly json?: object;
  readonly form?: Readonly<Record<string, string>>;
}

/** A login at the twin. */
export interface TwinLogin {
  readonly parameters: Readonly<Record<string, string>>;
  isDead: boolean;
  refreshToken: string | undefined;
}

/** A refusal, with the answer that it becomes. */
export class Refused extends Error {
  readonly answer: TwinAnswer;

  constructor(status: number, json: object) {
    super(JSON.stringify(json));
    this.answer = { status, json };
  }
}

export type Fields = Readonly<Record<string, string>>;

/**
 * What authorization servers have in common, on loopback: RFC 6749, 7636, 8628 and 7009. The twin of a server overrides what is
 * different there, and says where that is written. `fetch` leads every host to it.
 */
export abstract class Twin implements AsyncDisposable {
  readonly clock = new TestClock({ autoAdvance: true });
  /** The client that is registered. */
  readonly client = { id: 'app', secret: 'hush' };
  /** What was asked, in order. */
  readonly seen: TwinRequest[] = [];
  isDown = false;
  /** Seconds that an access token lives; `undefined` where answers do not say. */
  lifetime: number | undefined = 3600;
  protected readonly logins: TwinLogin[] = [];
  protected readonly accessTokens = new Map<string, TwinLogin>();
  readonly #codes = new Map<string, TwinLogin>();
  #pollsInVain = Infinity;
  #made = 0;
  #server: Server | undefined;

  /** Host and path of each endpoint. */
  protected abstract readonly endpoints: {
    readonly token: string;
    readonly authorization?: string;
    readonly device?: string;
    readonly revocation?: string;
    /** Documents by their place. */
    readonly documents?: Readonly<Record<string, object>>;
  };

  async start(): Promise<this> {
    this.#server = createServer((request, response) => void this.#receive(request, response)).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server) await once(this.#server, 'close');
  }

  /** Leads to this twin, whatever the host. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { port } = this.#server?.address() as AddressInfo;
    if (url.protocol !== 'https:') throw new TypeError(`${url.href} is not HTTPS.`);
    return globalThis.fetch(`http://127.0.0.1:${port}/${url.host}${url.pathname}${url.search}`, init);
  };

  /** The person opens the URL, approves, and is sent back. */
  approve(href: string): string {
    const url = new URL(href);
    if (url.host + url.pathname !== this.endpoints.authorization) throw new Error(`Nobody answers at ${href}.`);
    const parameters = Object.fromEntries(url.searchParams);
    this.checkAuthorization(parameters);
    const code = this.make('code');
    this.#codes.set(code, this.newLogin(parameters));
    const back = new URL(parameters['redirect_uri'] ?? '');
    back.search = new URLSearchParams({ code, state: parameters['state'] ?? '' }).toString();
    return back.href;
  }

  /** The person approves on another device, while the program polls so many times in vain. */
  approveDevice(polls = 2): void {
    this.#pollsInVain = polls;
  }

  /** Somebody ends all logins at the server. */
  endLogins(): void {
    for (const login of this.logins) login.isDead = true;
  }

  /** Whether an API would take this token. */
  isGood(accessToken: string): boolean {
    return this.accessTokens.get(accessToken)?.isDead === false;
  }

  get renewals(): number {
    return this.seen.filter(({ text }) => text.includes('refresh_token') && text.includes('grant_type')).length;
  }

  // What twins override.

  /** @throws Error for parameters that the page of the server would refuse */
  protected checkAuthorization(_parameters: Fields): void {}

  protected newLogin(parameters: Fields): TwinLogin {
    const login = { parameters, isDead: false, refreshToken: this.make('refresh') };
    this.logins.push(login);
    return login;
  }

  /** The fields of a request. */
  protected read(request: TwinRequest): Fields {
    const type = request.headers['content-type'] ?? '';
    if (!type.startsWith('application/x-www-form-urlencoded')) throw new Refused(400, { error: 'invalid_request' });
    return Object.fromEntries(new URLSearchParams(request.text));
  }

  /** Checks who the client is: by a Basic header or by the form. */
  protected authenticate({ headers }: TwinRequest, { client_id, client_secret }: Fields): void {
    const [, basic] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
    const [id, secret] = basic ? Buffer.from(basic, 'base64').toString().split(':') : [client_id, client_secret];
    if (id !== this.client.id || secret !== this.client.secret) throw new Refused(401, { error: 'invalid_client' });
  }

  /** What a refresh token is replaced by. */
  protected rotate(_old: string): string {
    return this.make('refresh');
  }

  /** The fields of a success. */
  protected success(login: TwinLogin, _fields: Fields): Readonly<Record<string, unknown>> {
    const { refreshToken } = login;
    return {
      access_token: this.newAccessToken(login),
      token_type: 'Bearer',
      expires_in: this.lifetime,
      refresh_token: refreshToken,
      scope: login.parameters['scope'],
    };
  }

  /** The answer to a token request that succeeds. */
  protected wrap(tokens: Readonly<Record<string, unknown>>, _fields: Fields): TwinAnswer {
    return { json: tokens };
  }

  /** What is said of a refresh token that has ended. */
  protected deadRefreshToken(): TwinAnswer {
    return { status: 400, json: { error: 'invalid_grant' } };
  }

  protected pending(): TwinAnswer {
    return { status: 400, json: { error: 'authorization_pending' } };
  }

  protected deviceCode(deviceCode: string): TwinAnswer {
    const page = `https://${this.endpoints.device ?? ''}`;
    const code = { device_code: deviceCode, user_code: 'WDJB-MJHT', verification_uri: page };
    return { json: { ...code, expires_in: 900, interval: 5 } };
  }

  protected outage(): TwinAnswer {
    return { status: 503 };
  }

  protected grantOf({ grant_type, code, refresh_token, device_code, code_verifier }: Fields): Grant {
    if (grant_type === 'authorization_code') return { code, codeVerifier: code_verifier };
    if (grant_type === 'refresh_token') return { refreshToken: refresh_token };
    if (grant_type === 'urn:ietf:params:oauth:grant-type:device_code') return { deviceCode: device_code };
    throw new Refused(400, { error: 'unsupported_grant_type' });
  }

  /** Revokes as RFC 7009 says: 200 whatever the token is. */
  protected revoke({ token = '' }: Fields): TwinAnswer {
    const login = this.accessTokens.get(token) ?? this.logins.find(({ refreshToken }) => refreshToken === token);
    if (login) login.isDead = true;
    return {};
  }

  // What they use.

  protected make(kind: string): string {
    return `${kind}-${this.constructor.name}-${++this.#made}`;
  }

  protected newAccessToken(login: TwinLogin): string {
    const token = this.make('access');
    this.accessTokens.set(token, login);
    return token;
  }

  /** An id token; nobody verifies its signature, which came over TLS (OpenID Connect Core section 3.1.3.7). */
  protected idToken(issuer: string, { parameters }: TwinLogin, claims: object = {}): string {
    const seconds = Math.floor(this.clock.now() / 1000);
    const { nonce } = parameters;
    const all = { iss: issuer, aud: this.client.id, sub: 'ada', iat: seconds, exp: seconds + 3600, nonce, ...claims };
    const parts = [{ alg: 'RS256', kid: 'k' }, all].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    return [...parts, 'c2lnbmF0dXJl'].join('.');
  }

  // How a request is answered.

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { pathname } = new URL(message.url ?? '/', 'http://twin');
    const request = {
      at: pathname.slice(1),
      method: message.method ?? 'GET',
      headers: message.headers,
      text: Buffer.concat(chunks).toString(),
    };
    this.seen.push(request);
    const { status = 200, json, form } = this.#answer(request);
    const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
    const body = form ? new URLSearchParams(form).toString() : json && JSON.stringify(json);
    response.writeHead(status, body === undefined ? {} : { 'content-type': type }).end(body);
  }

  #answer(request: TwinRequest): TwinAnswer {
    const { documents = {}, ...endpoints } = this.endpoints;
    if (request.method === 'GET')
      return documents[request.at] ? { json: documents[request.at] as object } : { status: 404 };
    if (this.isDown) return this.outage();
    try {
      const fields = this.read(request);
      if (request.at === endpoints.device && !('code' in fields)) {
        this.authenticate(request, fields);
        this.#pollsInVain = Infinity;
        this.#codes.set('device-0', this.newLogin(fields));
        return this.deviceCode('device-0');
      }
      this.authenticate(request, fields);
      if (request.at === endpoints.revocation) return this.revoke(fields);
      if (request.at === endpoints.token) return this.grant(fields);
      return { status: 404 };
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      throw error;
    }
  }

  protected grant(fields: Fields): TwinAnswer {
    const { code, codeVerifier, refreshToken, deviceCode } = this.grantOf(fields);
    if (refreshToken !== undefined) {
      const login = this.logins.find((each) => each.refreshToken === refreshToken && !each.isDead);
      if (!login) return this.deadRefreshToken();
      login.refreshToken = this.rotate(refreshToken);
      return this.wrap(this.success(login, fields), fields);
    }
    if (deviceCode !== undefined && this.#pollsInVain-- > 0) return this.pending();
    const login = this.#codes.get(code ?? deviceCode ?? '');
    this.#codes.delete(code ?? deviceCode ?? '');
    const wantsVerifier = code !== undefined && login?.parameters['code_challenge'] !== undefined;
    if (!login || (wantsVerifier && !codeVerifier)) throw new Refused(400, { error: 'invalid_grant' });
    return this.wrap(this.success(login, fields), fields);
  }
}

/** What a token request presents. */
export interface Grant {
  readonly code?: string | undefined;
  readonly codeVerifier?: string | undefined;
  readonly refreshToken?: string | undefined;
  readonly deviceCode?: string | undefined;
}
