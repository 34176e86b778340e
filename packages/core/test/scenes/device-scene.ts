import {
  DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  MemoryTokenStorage,
  TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { FakeAuthorizationServer, type FakeAuthorizationServerOptions, TestClock } from '@latchkey/core/testing';

let processes = 0;

/** A server, a clock that both sides share, a storage, and flows of one user over it. */
export class DeviceScene implements AsyncDisposable {
  readonly clock = new TestClock({ autoAdvance: true });
  readonly storage: MemoryTokenStorage = new MemoryTokenStorage();
  readonly server: FakeAuthorizationServer;

  private constructor(server: FakeAuthorizationServer) {
    this.server = server;
  }

  static async start(options: FakeAuthorizationServerOptions = {}): Promise<DeviceScene> {
    const scene = new DeviceScene(await FakeAuthorizationServer.start(options));
    scene.server.configure({ clock: scene.clock });
    return scene;
  }

  /** A flow that approves its own logins. Each call is like another process: it shares the storage only. */
  flow(options: Partial<DeviceCodeFlowOptions> = {}): DeviceCodeFlow {
    return new DeviceCodeFlow({
      server: {
        issuer: this.server.issuer,
        tokenEndpoint: this.server.tokenEndpoint,
        deviceAuthorizationEndpoint: `${this.server.issuer}/device_authorization`,
        revocationEndpoint: `${this.server.issuer}/revoke`,
      },
      clientId: 'cli',
      scope: 'openid offline_access',
      clock: this.clock,
      storage: this.storageWith({}),
      promptUser: ({ userCode }) => {
        this.server.approve(userCode);
      },
      ...options,
    });
  }

  /** The storage as another process sees it: what was written there, as text, with some parts replaced. */
  storageWith(change: Partial<TokenStorage>): TokenStorage {
    const { storage } = this;
    return {
      id: `process:${++processes}`,
      load: async (key) => {
        const stored = await storage.load(key);
        return stored && TokenSet.from(JSON.stringify(stored));
      },
      save: (key, tokens, context) => storage.save(key, tokens, context),
      delete: (key, context) => storage.delete(key, context),
      withLock: (key, task, options) => storage.withLock(key, task, options),
      ...change,
    };
  }

  /** The storage with a lock that is held until it is lost; whoever asks for it after that gets the real one. */
  losable(): { storage: TokenStorage; lose: (reason?: Error) => void } {
    const controller = new AbortController();
    const storage = this.storageWith({
      withLock: (key, task, options) =>
        controller.signal.aborted ? this.storage.withLock(key, task, options) : task({ signal: controller.signal }),
    });
    return { storage, lose: (reason) => controller.abort(reason) };
  }

  /** A logged-in flow with an empty ledger. */
  async loggedIn(options: Partial<DeviceCodeFlowOptions> = {}): Promise<DeviceCodeFlow> {
    const flow = this.flow(options);
    await flow.doFlow();
    this.server.ledger.clear();
    return flow;
  }

  /** What is stored for a flow. */
  stored(flow: DeviceCodeFlow): Promise<TokenSet | undefined> {
    return this.storage.load(flow.key);
  }

  /** Lets the access token end. */
  async expire(): Promise<void> {
    await this.clock.advance(4_000_000);
  }

  get renewals(): number {
    return this.server.ledger.count({ grantType: 'refresh_token' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}
