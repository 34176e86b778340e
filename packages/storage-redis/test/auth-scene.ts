import { DeviceCodeFlowSimple, TokenSet, type TokenStorage } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { key, overwriting } from './some.js';

let scenes = 0;

/** An authorization server that rotates, a login at it, and flows over a storage that never log in by themselves. */
export class AuthScene implements AsyncDisposable {
  /** A key for each scene: flows of one process share what they know of a credential. */
  key = `${key}${++scenes}`;
  readonly server: FakeAuthorizationServer;

  private constructor(server: FakeAuthorizationServer) {
    this.server = server;
  }

  static async start(): Promise<AuthScene> {
    return new AuthScene(await FakeAuthorizationServer.start({ rotation: 'rotate' }));
  }

  /** Logs in, and stores the tokens as they are when `age` is fresh, else with an access token that has expired. */
  async logIn(storage: TokenStorage, age: 'fresh' | 'expired'): Promise<TokenSet> {
    const form = { grant_type: 'password', username: 'ada', password: 'secret-password', client_id: 'cli' };
    const answer = await fetch(this.server.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
    const record = (await answer.json()) as Record<string, unknown>;
    const now = Math.floor(Date.now() / 1000);
    if (age === 'expired') Object.assign(record, { issued_at: now - 7200, expires_at: now - 3600 });
    const tokens = TokenSet.from(record).withStamp({ key: this.key, generation: Date.now() - 1000 });
    await storage.save(this.key, tokens, overwriting);
    this.server.ledger.clear();
    return tokens;
  }

  flow(storage: TokenStorage, lockTimeout = 10): DeviceCodeFlowSimple {
    return new DeviceCodeFlowSimple({
      server: { issuer: this.server.issuer, tokenEndpoint: this.server.tokenEndpoint },
      clientId: 'cli',
      key: this.key,
      storage,
      lockTimeout,
      promptUser: () => Promise.reject(new Error('A login was started.')),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop();
  }
}
