import { MemoryTokenStorage, type StoredAuthFlowOptions, type TokenSet } from '@latchkey/core';
import {
  asOtherProcess,
  FakeAuthorizationServer,
  type FakeAuthorizationServerOptions,
  TestClock,
} from '@latchkey/core/testing';

/** A server, a clock that both sides share, and a storage, for flows of one client. */
export class GrantScene implements AsyncDisposable {
  readonly clock = new TestClock({ autoAdvance: true });
  readonly storage = new MemoryTokenStorage();
  readonly server: FakeAuthorizationServer;

  private constructor(server: FakeAuthorizationServer) {
    this.server = server;
  }

  static async start(options: FakeAuthorizationServerOptions = {}): Promise<GrantScene> {
    const scene = new GrantScene(await FakeAuthorizationServer.start({ expiresIn: 3600, ...options }));
    scene.server.configure({ clock: scene.clock });
    return scene;
  }

  /** Options of a flow as another process would make it: it shares the storage, and no memory. */
  options(): StoredAuthFlowOptions & { readonly storage: NonNullable<StoredAuthFlowOptions['storage']> } {
    const { server, clock, storage } = this;
    return { issuer: server.issuer, clientId: 'app', clock, storage: asOtherProcess(storage) };
  }

  /** Gets a refresh token by a login of its own. */
  async refreshToken(): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'password', username: 'ada', password: 'pw', client_id: 'app' });
    const answer = await fetch(this.server.tokenEndpoint, { method: 'POST', body });
    this.server.ledger.clear();
    return ((await answer.json()) as { refresh_token: string }).refresh_token;
  }

  stored(flow: { readonly key: string }): Promise<TokenSet | undefined> {
    return this.storage.load(flow.key);
  }

  /** The form of the last token request. */
  get lastForm(): Readonly<Record<string, string>> {
    return this.server.ledger.tokenRequests.at(-1)?.parameters ?? {};
  }

  /** Lets the access token end. */
  async expire(): Promise<void> {
    await this.clock.advance(4_000_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}
