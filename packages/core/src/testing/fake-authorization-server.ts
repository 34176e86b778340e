import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readClient } from './fake-server/client-authentication.js';
import { answerRequest } from './fake-server/endpoints.js';
import { answerExchange } from './fake-server/exchange.js';
import { type AnswerFilter, type FaultChoice, FaultQueue, type Gate } from './fake-server/fault-queue.js';
import type { FaultTiming } from './fake-server/fault.js';
import { Ledger } from './fake-server/ledger.js';
import { writeEntry } from './fake-server/ledger-entry.js';
import { receive } from './fake-server/received-request.js';
import type { FakeAuthorizationServerOptions } from './fake-server/server-options.js';
import { ServerState } from './fake-server/server-state.js';

/**
 * An authorization server on 127.0.0.1 for tests, with a protected resource at `/api`. It keeps a ledger of all
 * requests, rotates refresh tokens, notices the reuse of one, and does what goes wrong on request:
 *
 *     await using server = await FakeAuthorizationServer.start({ rotation: 'rotate' });
 *     server.nextAnswers({ grantType: 'refresh_token' }, faults.reset({ processed: true }));
 *     server.ledger.assertNoReuse();
 *
 * @group Fake authorization server
 */
export class FakeAuthorizationServer implements AsyncDisposable {
  /** Every request so far. */
  readonly ledger = new Ledger();
  /** Where the server is, without a slash at the end: also the issuer. */
  readonly issuer: string;
  readonly #server: Server;
  readonly #state: ServerState;
  readonly #faults = new FaultQueue();

  private constructor(server: Server, options: FakeAuthorizationServerOptions) {
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#state = new ServerState(this.issuer, options);
    server.on('request', (message, response) => void this.#answer(message, response));
  }

  /** Starts a server on a free port. */
  static async start(options: FakeAuthorizationServerOptions = {}): Promise<FakeAuthorizationServer> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FakeAuthorizationServer(server, options);
  }

  /** Cuts all connections and frees the port. Ledger and secrets can still be read. */
  async stop(): Promise<void> {
    this.#faults.clear();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** As `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The token endpoint. The others are listed by the discovery document. */
  get tokenEndpoint(): string {
    return `${this.issuer}/token`;
  }

  /** The protected resource. */
  get api(): string {
    return `${this.issuer}/api`;
  }

  /** Every token and code that the server made and every client secret that it knows or was sent: none may leak. */
  get secrets(): readonly string[] {
    const known = Object.values(this.#state.options.clients ?? {}).map(({ secret }) => secret);
    const sent = this.ledger.entries.map(({ clientSecret }) => clientSecret);
    return [...this.#state.tokens.secrets, ...known, ...sent].filter((secret): secret is string => Boolean(secret));
  }

  /** Changes options from the next request on; those left out stay. */
  configure(options: FakeAuthorizationServerOptions): void {
    this.#state.options = { ...this.#state.options, ...options };
  }

  /** Lets a fault befall the next answers that match: one, unless `times` says how many. */
  nextAnswers(filter: AnswerFilter, fault: FaultChoice): void {
    this.#faults.add(filter, fault);
  }

  /** Holds the next request that matches until it is released; `processed: true` holds its answer instead. */
  hold(filter: AnswerFilter & FaultTiming = {}): Gate {
    return this.#faults.hold(filter);
  }

  /** Forgets the faults to come, and releases whatever is held. */
  clearFaults(): void {
    this.#faults.clear();
  }

  /** Tells whether a renewal by this refresh token would bring tokens now, by the server's clock; nothing comes of asking. */
  honours(refreshToken: string): boolean {
    const { options, tokens } = this.#state;
    return tokens.refreshTokens.isHonoured(refreshToken, this.#state.now(), options.rotation ?? 'rotate');
  }

  /** Approves the device login of a user code, or all that are pending. */
  approve(userCode?: string): void {
    this.#state.deviceLogins.decide('approved', userCode);
  }

  /** Declines the device login of a user code, or all that are pending. */
  deny(userCode?: string): void {
    this.#state.deviceLogins.decide('denied', userCode);
  }

  /** Ends all access tokens that were issued so far. Refresh tokens live on. */
  expireAccessTokens(): void {
    this.#state.tokens.accessTokens.expire();
  }

  /** Ends the grant of a refresh token, as an administrator would: its access tokens end too. */
  revokeRefreshToken(refreshToken: string): void {
    const grant = this.#state.tokens.refreshTokens.find(refreshToken);
    if (!grant) throw new TypeError('The server did not issue this refresh token.');
    grant.revoked = true;
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    try {
      const request = await receive(message, this.issuer);
      const client = readClient(request, this.#state.options.clients);
      const entry = writeEntry(request, client, this.ledger.entries.length + 1, this.#state.now());
      this.ledger.add(entry);
      const exchange = { request, entry, response, closed };
      await answerExchange(exchange, this.#faults.take(entry), () => answerRequest(request, client, this.#state));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(`The fake server failed: ${String(error)}`);
    }
  }
}
