import { AuthorizationCodes } from './authorization-codes.js';
import { DeviceLogins } from './device-logins.js';
import type { FakeAuthorizationServerOptions } from './server-options.js';
import { TokenIssuer } from './token-issuer.js';

/** All that the server remembers, beside the ledger. */
export class ServerState {
  readonly issuer: string;
  readonly tokens: TokenIssuer;
  readonly deviceLogins = new DeviceLogins();
  readonly codes = new AuthorizationCodes();
  options: FakeAuthorizationServerOptions;

  constructor(issuer: string, options: FakeAuthorizationServerOptions) {
    this.issuer = issuer;
    this.tokens = new TokenIssuer(issuer);
    this.options = { expiresIn: 3600, ...options };
  }

  /** Milliseconds since 1970 by the server's clock. */
  now(): number {
    return this.options.clock?.now() ?? Date.now();
  }
}
