import { type AuthorizeContext, PasswordFlow, type PasswordFlowOptions, type TokenSet } from '@latchkey/core';
import { margin } from './rdp-form.js';
import { isQuotaRefusal, SessionQuotaError } from './session-quota-error.js';

/** What a session is made from; the rest is as RDP has it. */
export interface RdpSessionOptions extends Partial<PasswordFlowOptions> {
  readonly username: string;
  readonly password: string | (() => string | Promise<string>);
  /** The app key. */
  readonly clientId: string;
  /** Whether to end another session of this account where only one is allowed. @defaultValue true */
  readonly takeExclusiveSignOnControl?: boolean | undefined;
}

/** Sign-on of a machine account by user name and password: version 1 of RDP's authentication. */
export class RdpSession extends PasswordFlow {
  /** No `#private` field: `withScope` takes fields along. */
  readonly login: { password: () => string | Promise<string> };

  constructor({ takeExclusiveSignOnControl = true, ...options }: RdpSessionOptions) {
    const { password } = options;
    const login = { password: typeof password === 'function' ? password : () => password };
    super({
      server: { tokenEndpoint: 'https://api.refinitiv.com/auth/oauth2/v1/token' },
      clientSecret: '',
      dialect: { basicEncoding: 'raw' },
      scope: 'trapi',
      parameters: { takeExclusiveSignOnControl: String(takeExclusiveSignOnControl) },
      autoRefreshThreshold: margin,
      ...options,
      password: () => login.password(),
    });
    this.login = login;
  }

  /** The stored token while it is good, else a new one: by the refresh token, else by the password. */
  getToken(): Promise<string> {
    return this.getAccessTokenRefreshIfNecessary();
  }

  /** Sets another password at the server, stores the tokens that come with it, and uses it from now on. */
  changePassword(newPassword: string): Promise<TokenSet> {
    return this.logIn({}, async ({ signal }) => {
      const { username } = this.options;
      const fields = { username, password: await this.login.password(), newPassword };
      const tokens = await explained(this.requestTokens('password', fields, { signal }), false);
      this.login.password = () => newPassword;
      return tokens;
    });
  }

  protected override authorize(context: AuthorizeContext): Promise<TokenSet> {
    return explained(super.authorize(context), context.previous?.refreshToken !== undefined);
  }
}

async function explained(answer: Promise<TokenSet>, hadSession: boolean): Promise<TokenSet> {
  try {
    return await answer;
  } catch (error) {
    throw isQuotaRefusal(error) ? new SessionQuotaError(error, hadSession) : error;
  }
}
