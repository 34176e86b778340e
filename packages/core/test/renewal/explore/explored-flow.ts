import {
  type AuthorizeContext,
  ClientCredentialsFlow,
  StoredAuthFlow,
  type StoredAuthFlowOptions,
  type TokenSet,
} from '@latchkey/core';

/** A flow whose login is one request: the smallest that needs a person. */
export class ExploredFlow extends StoredAuthFlow {
  constructor(options: StoredAuthFlowOptions) {
    super(options);
  }

  protected override get interactive(): boolean {
    return true;
  }

  protected override authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
    return this.requestTokens('urn:explored:login', {}, { signal });
  }

  async login(): Promise<string> {
    return (await this.logIn()).accessToken ?? '';
  }
}

/** The same surface for a flow that needs nobody. */
export class ExploredMachine extends ClientCredentialsFlow {
  login(): Promise<string> {
    return this.getAccessTokenRefreshIfNecessary();
  }
}
